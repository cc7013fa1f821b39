import { describe, expect, it } from '@jest/globals';
import { rigged } from '../rig/rig.js';
import { pair, solo } from './configs.js';

interface Line {
  ts: string;
  level: string;
  event: string;
  [field: string]: unknown;
}

/** Every line must be JSON, since log readers fail on other text. */
const linesOf = (stderr: string): Line[] =>
  stderr
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);

describe('--log-format json', () => {
  it(
    'logs a fallback line by line, each with all correlation ids',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', pair());
      rig.script('first-cli', [{ stderr: 'cannot do: explain the plan\n', exit: 2 }]);
      rig.script('second-cli', [{ stdout: 'fine' }]);
      const args = ['exec', '--log-format', 'json', '--session', 's', '--trace-id', 't', 'explain the plan'];
      const { code, stdout, stderr } = await rig.run(args);
      expect({ code, stdout }).toEqual({ code: 0, stdout: 'fine\n' });
      const [id] = rig.traces().map((trace) => trace.id);
      const known = { invocation_id: id, trace_id: 't', agent: 'worker', session: 's' };
      const first = { ...known, tool: 'first', model: 'big', provider: 'acme' };
      const second = { ...known, tool: 'second', model: 'small', provider: 'acme' };
      const lines = linesOf(stderr);
      expect(lines).toMatchObject([
        { ...first, event: 'policy.choice', level: 'info', attempt: null, candidates: 2 },
        {
          ...first,
          event: 'llm.complete.start',
          attempt: 1,
          argv: [expect.stringContaining('first-cli'), '--model', 'big-1'],
        },
        {
          ...first,
          event: 'llm.complete.error',
          level: 'error',
          attempt: 1,
          failure: 'provider_error',
          exit_code: 2,
        },
        { ...second, event: 'policy.fallback', attempt: 1, from_tool: 'first', reason: 'provider_error' },
        { ...second, event: 'llm.complete.start', attempt: 2 },
        { ...second, event: 'llm.complete.success', attempt: 2, cost_basis: 'unknown' },
      ]);
      expect(stderr).not.toContain('explain the plan');
      expect(lines.every(({ ts }) => /^\d{4}-.*Z$/.test(ts))).toBe(true);
    }),
  );

  it(
    'logs refusals, usage errors and warnings as lines too',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', pair());
      const env = { LLM_ROUTER_LOG_FORMAT: 'json' };
      const refused = await rig.run(['exec', 'hi'], { env });
      expect(refused.code).toBe(69);
      expect(linesOf(refused.stderr)).toMatchObject([
        { event: 'policy.refused', tool: 'first', reason: 'tool_not_found' },
        { event: 'policy.refused', tool: 'second', reason: 'tool_not_found' },
        { event: 'llm.complete.error', failure: 'tool_not_found', attempt: null },
        { event: 'message', level: 'error' },
      ]);
      const wrong = await rig.run(['exec', '--log-format', 'json', '--no-such'], {});
      expect(wrong.code).toBe(64);
      expect(linesOf(wrong.stderr)).toMatchObject([{ event: 'message', level: 'error' }]);
      const quiet = await rig.run(['exec', '-q', 'hi'], { env });
      expect(linesOf(quiet.stderr).map(({ level }) => level)).toEqual(['error', 'error']);
    }),
  );

  it(
    'refuses an unknown format',
    rigged(async (rig) => {
      const env = { LLM_ROUTER_LOG_FORMAT: 'xml' };
      const { code, stderr } = await rig.run(['exec', '--tool', 'mock', 'hi'], { env });
      expect(code).toBe(64);
      expect(stderr).toContain('LLM_ROUTER_LOG_FORMAT: unknown format `xml`');
      expect((await rig.run(['trace', '--log-format', 'xml'])).code).toBe(64);
    }),
  );
});

it(
  '--verbose shows the same to a person, without the prompt',
  rigged(async (rig) => {
    rig.write('llm-router.yaml', solo('[--ask, "{prompt}", ["--system", "{system}"]]'));
    rig.script('bot-cli', [{ stdout: 'fine' }]);
    const { stderr } = await rig.run(['exec', '-v', '-s', 'be kind', 'a private question']);
    expect(stderr).toMatch(/policy\.choice +bot big +because=preferred/);
    expect(stderr).toMatch(
      /llm\.complete\.start +attempt 1 bot big .*argv: .*bot-cli --ask '\{prompt\}' --system '\{system\}'/,
    );
    expect(stderr).toMatch(/llm\.complete\.success +attempt 1 bot big .*exit_code=0/);
    expect(stderr).not.toContain('private question');
    expect(rig.traces()[0]).toMatchObject({
      attempts: [{ argv: [expect.stringContaining('bot-cli'), '--ask', '{prompt}', '--system', '{system}'] }],
    });
  }),
);

describe('formats', () => {
  it.each([
    { args: ['exec', '--tool', 'mock', '--json', '--format', 'text', 'hi'] },
    { args: ['exec', '--tool', 'mock', '--format', 'ndjson', '--json', 'hi'] },
    { args: ['trace', '--json', '--ndjson'] },
    { args: ['config', 'validate', '--json', '--format', 'sarif'] },
  ])('two at once are a usage error: $args', async ({ args }) => {
    await rigged(async (rig) => {
      const result = await rig.run(args);
      expect(result.code).toBe(64);
      expect(result.json().failure?.message).toContain('ask for two formats');
      expect(result.stderr).toContain('ask for two formats');
    })();
  });

  it(
    'the same one twice is no error',
    rigged(async (rig) => {
      const args = ['exec', '--tool', 'mock', '--json', '--format', 'json', 'hi'];
      expect((await rig.run(args)).json()).toMatchObject({ status: 'succeeded' });
    }),
  );

  it(
    'lists templates as JSON',
    rigged(async (rig) => {
      const list = JSON.parse((await rig.run(['template', '--list', '--json'])).stdout);
      expect(list).toContainEqual({ name: 'quick-start', description: expect.any(String) });
      expect((await rig.run(['template', 'ci', '--json'])).code).toBe(64);
    }),
  );
});
