import { describe, expect, it } from '@jest/globals';
import { rigged } from '../rig/rig.js';
import { itInSoak } from '../soak.js';

const BOT = `version: 1
default_agent: me
agents:
  me: { preferred_tool: bot, preferred_model: m, access: edit }
tools:
  bot:
    binary: bot
    args: [run, ["--resume", "{tool_session_id}"], ["--effort", "{effort}"], ["--cap", "{max_cost_usd}"], "{access_args}"]
    access_args: { read: [--read], edit: [--edit] }
    models: [m]
    billing: api
    output:
      format: json
      text: /answer
      tool_session_id: /session
      cost_usd: /cost
      usage: { input_tokens: /in, output_tokens: /out, cumulative: session }
models: { m: { id: m } }
`;

const reply = (fields: object): string => JSON.stringify({ answer: 'ok', ...fields });

interface Line {
  type: string;
  id: string;
  ts: string;
  attempt: number | null;
  [field: string]: unknown;
}

const lines = (stdout: string): Line[] =>
  stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);

describe('--format ndjson', () => {
  itInSoak(
    'writes one event per line, the last one with the document',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', BOT);
      rig.script('bot', [{ stdout: reply({}) }]);
      const result = await rig.run(['exec', '--format', 'ndjson', 'hi']);
      expect(result.code).toBe(0);
      const events = lines(result.stdout);
      expect(events.map(({ type }) => type)).toEqual([
        'invocation.started',
        'plan',
        'attempt.started',
        'attempt.finished',
        'invocation.finished',
      ]);
      expect(new Set(events.map(({ id }) => id)).size).toBe(1);
      expect(events.every(({ ts }) => !Number.isNaN(Date.parse(ts)))).toBe(true);
      expect(events.at(-1)).toMatchObject({ invocation: { status: 'succeeded', text: 'ok' } });
    }),
  );

  itInSoak(
    'falls back after shown text, since deltas name their attempt',
    rigged(async (rig) => {
      rig.write(
        'llm-router.yaml',
        `version: 1
default_agent: me
agents: { me: { preferred_tool: a, fallback_chain: [b] } }
tools:
  a: { kind: mock, responses: [{ text: '', deltas: [half], failure: { type: connection, message: gone } }] }
  b: { kind: mock, responses: [{ text: whole }] }
`,
      );
      const events = lines((await rig.run(['exec', '--format', 'ndjson', '--retries', '0', 'hi'])).stdout);
      const deltas = events.filter(({ type }) => type === 'output.delta');
      expect(deltas.map(({ attempt, text }) => [attempt, text])).toEqual([
        [1, 'half'],
        [2, 'whole'],
      ]);
      expect(events.find(({ type }) => type === 'fallback')).toMatchObject({
        attempt: 1,
        reason: 'connection',
      });
    }),
  );

  it(
    'is one line for a failure before there is a plan',
    rigged(async (rig) => {
      const result = await rig.run(['exec', '--format', 'ndjson', '-a', 'missing', 'hi']);
      expect(result.code).toBe(64);
      expect(lines(result.stdout)).toMatchObject([
        { type: 'invocation.finished', invocation: { status: 'failed', failure: { type: 'usage' } } },
      ]);
    }),
  );
});

describe('--schema', () => {
  const SCHEMA = JSON.stringify({
    type: 'object',
    required: ['files'],
    properties: { files: { type: 'array', items: { type: 'string' } } },
  });
  const PLAIN = `version: 1
default_agent: me
agents: { me: { preferred_tool: plain } }
tools:
  plain: { binary: plain, args: [] }
  taker: { binary: taker, args: [--schema, "{schema_file}", --inline, "{schema}"] }
`;

  it.each([
    { name: 'the whole answer', stdout: '{"files": ["a"]}' },
    { name: 'a fenced block', stdout: 'Here it is:\n```json\n{"files": ["a"]}\n```\nDone.' },
  ])('takes the value from $name', async ({ stdout }) => {
    await rigged(async (rig) => {
      rig.write('llm-router.yaml', PLAIN);
      rig.write('schema.json', SCHEMA);
      rig.script('plain', [{ stdout }]);
      const { data, text, failure } = (
        await rig.run(['exec', '--schema', 'schema.json', '--json', 'hi'])
      ).json();
      expect({ data, text, failure }).toEqual({ data: { files: ['a'] }, text: stdout, failure: null });
    })();
  });

  it.each([
    { name: 'names the failing places', stdout: '{"files": ["a", 1]}', message: '`/files/1` must be string' },
    { name: 'says that there is no JSON', stdout: 'sorry', message: 'the answer is not JSON' },
  ])('$name', async ({ stdout, message }) => {
    await rigged(async (rig) => {
      rig.write('llm-router.yaml', PLAIN);
      rig.write('schema.json', SCHEMA);
      rig.script('plain', [{ stdout }]);
      const result = await rig.run(['exec', '--schema', 'schema.json', '--json', 'hi']);
      expect(result.code).toBe(76);
      expect(result.json().failure).toMatchObject({ type: 'contract_violation' });
      expect(result.json().failure?.message).toContain(message);
    })();
  });

  it(
    'is passed to a tool that takes one, and put into the prompt otherwise',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', PLAIN);
      rig.write('schema.json', SCHEMA);
      const plain = rig.fake('plain');
      const first = rig.run(['exec', '--schema', 'schema.json', 'hi']);
      const call = await plain.nextCall();
      expect(String(await call.stdin())).toBe(
        `hi\n\nAnswer with nothing but JSON that satisfies this JSON Schema:\n${SCHEMA}`,
      );
      call.stdout('{"files": []}');
      call.exit(0);
      expect(await first).toMatchObject({ code: 0 });
      const taker = rig.fake('taker');
      const second = rig.run(['exec', '--tool', 'taker', '--schema', 'schema.json', 'hi']);
      const other = await taker.nextCall();
      expect(String(await other.stdin())).toBe('hi');
      expect(other.argv.slice(2)).toEqual(['--inline', SCHEMA]);
      expect(rig.read(other.argv[1] ?? '')).toBe(SCHEMA);
      other.stdout('{"files": []}');
      other.exit(0);
      expect(await second).toMatchObject({ code: 0 });
    }),
  );

  it.each([
    { name: 'is no JSON', text: '{', message: 'is not JSON' },
    { name: 'is no schema', text: '{"type": "nothing"}', message: 'is not a usable JSON Schema' },
    {
      name: 'points elsewhere',
      text: '{"$ref": "https://example.com/x.json"}',
      message: 'is not a usable JSON Schema',
    },
  ])('is refused if it $name, before anything runs', async ({ text, message }) => {
    await rigged(async (rig) => {
      rig.write('llm-router.yaml', PLAIN);
      rig.write('schema.json', text);
      rig.script('plain', []);
      const result = await rig.run(['exec', '--schema', 'schema.json', 'hi']);
      expect(result.code).toBe(66);
      expect(result.stderr).toContain(message);
    })();
  });
});

describe('--resume', () => {
  it(
    'continues the session of an invocation with its tool, and counts what this run used',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', BOT);
      rig.script('bot', [
        { stdout: reply({ session: 's-1', in: 10, out: 5, cost: 0.5 }) },
        {
          expect: { argv: ['run', '--resume', 's-1', '--edit'] },
          stdout: reply({ session: 's-1', in: 30, out: 8, cost: 0.75 }),
        },
        {
          expect: { argv: ['run', '--resume', 's-1', '--edit'] },
          stdout: reply({ session: 's-1', in: 31, out: 9, cost: 1 }),
        },
      ]);
      const first = (await rig.run(['exec', '--json', 'hi'])).json();
      expect(first.usage).toMatchObject({ input_tokens: 10, output_tokens: 5 });
      const second = (await rig.run(['exec', '--json', '--resume', first.id, 'more'])).json();
      expect(second).toMatchObject({
        usage: { input_tokens: 20, output_tokens: 3 },
        cost: { usd: 0.25, basis: 'reported' },
      });
      const third = (await rig.run(['exec', '--json', '--resume', 'last', 'more'])).json();
      expect(third).toMatchObject({ usage: { input_tokens: 1, output_tokens: 1 }, cost: { usd: 0.25 } });
    }),
  );

  it(
    'rejects what it cannot continue',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', BOT);
      rig.script('bot', [{ stdout: reply({}) }]);
      const { id } = (await rig.run(['exec', '--json', 'hi'])).json();
      const wanted: [args: string[], says: string][] = [
        [['--resume', id], 'left no session'],
        [['--resume', 'last'], 'no earlier invocation left a session'],
        [['--resume', '01ZZZZZZ'], 'no trace starts with'],
      ];
      for (const [args, says] of wanted) {
        const result = await rig.run(['exec', ...args, 'hi']);
        expect(result.code).toBe(64);
        expect(result.stderr).toContain(says);
      }
    }),
  );
});

describe('limits and levels of a request', () => {
  it(
    'reach the tool, by flag or from the agent',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', BOT.replace('access: edit', 'access: edit, effort: low, max_cost_usd: 2'));
      rig.script('bot', [
        { expect: { argv: ['run', '--effort', 'low', '--cap', '2', '--edit'] }, stdout: reply({}) },
        { expect: { argv: ['run', '--effort', 'high', '--cap', '0.5', '--read'] }, stdout: reply({}) },
        { expect: { argv: ['run', '--effort', 'low', '--cap', '2', '--edit'] }, stdout: reply({}) },
      ]);
      const flags = [[], ['--effort', 'high', '--max-cost', '0.5', '--access', 'read'], ['--max-cost', '5']];
      for (const given of flags) expect((await rig.run(['exec', ...given, 'hi'])).code).toBe(0);
    }),
  );

  it(
    'are refused above the level of the agent',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', BOT);
      const result = await rig.run(['exec', '--access', 'full', 'hi']);
      expect(result.code).toBe(77);
      expect(result.stderr).toContain('agent `me` may have access `edit` at most, not `full`');
    }),
  );

  it(
    'are reported as ignored if the tool cannot take them, and exceeded caps are reported',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', BOT);
      rig.script('bot', [{ stdout: reply({ cost: 0.2 }) }]);
      const result = await rig.run(['exec', '--temperature', '0.5', '--max-cost', '0.1', '--json', 'hi']);
      expect(result.json().plan.ignored).toMatchObject([{ option: 'temperature', tool: 'bot' }]);
      expect(result.json().warnings).toEqual([
        '`--temperature` is ignored: tool `bot` does not support it',
        '`bot` cost $0.20, over the cap of $0.10',
      ]);
    }),
  );

  itInSoak.each([
    ['--max-cost', 'much'],
    ['--max-tokens', '0'],
    ['--effort', 'huge'],
    ['--timeout', 'soon'],
    ['--tag', 'novalue'],
  ])('%s %s is a usage error', async (flag, value) => {
    await rigged(async (rig) => {
      expect((await rig.run(['exec', '--tool', 'mock', flag, value, 'hi'])).code).toBe(64);
    })();
  });
});

itInSoak(
  'records the time to the first byte, also for a failed run',
  rigged(async (rig) => {
    rig.write('llm-router.yaml', BOT);
    rig.script('bot', [{ stderr: 'starting\n', exit: 3 }, { exit: 3 }]);
    const spoke = (await rig.run(['exec', '--json', 'hi'])).json().attempts[0];
    expect(spoke?.first_output_ms).toEqual(expect.any(Number));
    const silent = (await rig.run(['exec', '--json', 'hi'])).json().attempts[0];
    expect(silent?.first_output_ms).toBeNull();
  }),
);
