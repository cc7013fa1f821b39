import { describe, expect, it } from '@jest/globals';
import { type Rig, rigged } from '../rig/rig.js';

/** Three tools: one at its limit, with a reset time, one that crashes, and a good one. */
const THREE = `version: 1
default_agent: worker
agents: { worker: { preferred_tool: limited, fallback_chain: [crashing, good] } }
tools:
  limited:
    binary: limited-cli
    args: []
    failures: [{ type: quota, when: { stderr: used up }, retry_after: 'again in (?<time>\\S+)' }]
  crashing: { binary: crashing-cli, args: [] }
  good: { binary: good-cli, args: [] }
policies: { default: { retry: { base_delay: 1ms, max_delay: 5s } } }
`;

const LIMIT = { stderr: 'used up, again in 1h\n', exit: 1 };

const tools = (rig: Rig, limited: number, crashing: number, good: number): void => {
  rig.script('limited-cli', Array(limited).fill(LIMIT));
  rig.script('crashing-cli', Array(crashing).fill({ exit: 3 }));
  rig.script('good-cli', Array(good).fill({ stdout: 'fine' }));
};

describe('a tool at its limit', () => {
  it(
    'that waits by itself is named when the run ends meanwhile, and cools down',
    rigged(async (rig) => {
      const waits = 'echo "used up, again in 1h" >&2; exec /bin/sleep 60';
      rig.write(
        'llm-router.yaml',
        THREE.replace('binary: limited-cli', 'binary: /bin/sh')
          .replace(
            'args: []',
            `args: [-c, ${JSON.stringify(waits)}]\n    output: { waiting: { regex: '^used up.*', from: stderr } }`,
          )
          .replace('stderr: used up', 'error: used up'),
      );
      const first = await rig.run(['exec', '--json', '--timeout', '1s', '--no-fallback', 'hi']);
      expect(first.code).toBe(124);
      const { failure } = first.json();
      expect(failure).toMatchObject({ type: 'timeout', retry_after_ms: 3_600_000 });
      expect(failure?.message).toContain('was waiting for a limit (`quota`): used up, again in 1h');
      expect((await rig.run(['doctor'])).stdout).toMatch(/warn {2}limited +cooling down until .*usage limit/);
    }),
  );

  it(
    'is skipped by the next process, which says until when',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', THREE);
      tools(rig, 1, 2, 2);
      const first = (await rig.run(['exec', '--json', 'hi'])).json();
      expect(first.attempts).toMatchObject([
        { tool: 'limited', failure: { type: 'quota' } },
        { tool: 'crashing', failure: { type: 'provider_error' } },
        { tool: 'good', failure: null },
      ]);
      const second = await rig.run(['exec', '--json', '--explain', 'hi']);
      expect(second.json().attempts.map(({ tool }) => tool)).toEqual(['crashing', 'good']);
      expect(second.json().plan.rejected).toMatchObject([
        { tool: 'limited', reason: 'quota', reset_at: first.attempts[0]?.failure?.reset_at, phase: 'plan' },
      ]);
      expect(second.stderr).toContain('`limited` is cooling down until');
      expect(second.stderr).toContain('Primary tool limited unavailable, trying fallback');
    }),
  );

  it(
    'is shown by doctor, and runs again once doctor clears it',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', THREE);
      tools(rig, 2, 0, 0);
      const alone = ['exec', '--no-fallback', 'hi'];
      expect((await rig.run(alone)).code).toBe(75);
      expect((await rig.run(['doctor'])).stdout).toMatch(/warn {2}limited +cooling down until/);
      const skipped = await rig.run(['exec', '--json', '--no-fallback', 'hi']);
      expect(skipped.code).toBe(75);
      expect(skipped.json()).toMatchObject({
        attempts: [],
        failure: { type: 'quota', tool: 'limited', reset_at: expect.stringMatching(/Z$/) },
      });
      expect(skipped.json().failure?.retry_after_ms).toBeGreaterThan(3_000_000);
      expect((await rig.run(['doctor', '--clear-cooldowns'])).stderr).toContain('cleared 1 cooldown');
      expect((await rig.run(alone)).stderr).toContain('used up');
      expect((await rig.run(['doctor', '--clear-cooldowns'])).stderr).toContain('cleared 1 cooldown');
      expect((await rig.run(['doctor', '--clear-cooldowns'])).stderr).toContain('no cooldowns');
    }),
  );

  it(
    'is waited for with --patience, with a notice',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', THREE);
      rig.script('limited-cli', [{ stderr: 'used up, again in 300ms', exit: 1 }, { stdout: 'fine' }]);
      const { code, stdout, stderr } = await rig.run(['exec', '--no-fallback', '--patience', '1m', 'hi']);
      expect({ code, stdout }).toEqual({ code: 0, stdout: 'fine\n' });
      expect(stderr).toMatch(/limited failed \(quota: .*\), trying again in \d+ ms/);
    }),
  );

  it(
    'that resets in a moment is waited for before the first attempt',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', THREE);
      rig.script('limited-cli', [{ stderr: 'used up, again in 2s', exit: 1 }, { stdout: 'fine' }]);
      const alone = ['exec', '--no-fallback', '--format', 'ndjson', 'hi'];
      expect((await rig.run(alone)).code).toBe(75);
      const { code, stdout, stderr } = await rig.run(alone);
      expect(code).toBe(0);
      expect(stdout).toContain('"type":"retry.scheduled"');
      expect(stderr).toContain('waiting for limited');
      expect(rig.read('../state/llm-router/cooldowns.json')).not.toContain('"limited"');
    }),
  );

  it(
    'is not waited for past the deadline of the run, and a wait can be cancelled',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', THREE);
      tools(rig, 2, 0, 0);
      const patient = ['exec', '--no-fallback', '--patience', '2h'];
      expect((await rig.run([...patient, '--timeout', '30s', 'hi'])).code).toBe(75);
      await rig.run(['doctor', '--clear-cooldowns']);
      const running = rig.start([...patient, 'hi']);
      await running.waitFor('trying again in');
      running.kill('SIGINT');
      expect((await running.done).code).toBe(130);
    }),
  );

  it(
    'that fails after the wait is reported with its own message, not with the list of cooldowns',
    rigged(async (rig) => {
      const until = new Date(Date.now() + 1000).toISOString();
      const cooldowns = ['limited', 'crashing'].map((tool) => ({
        tool,
        model: null,
        reason: 'quota',
        until,
      }));
      rig.write('../state/llm-router/cooldowns.json', JSON.stringify({ version: 1, cooldowns }));
      rig.write('llm-router.yaml', THREE.replace('[crashing, good]', '[crashing]'));
      rig.script('limited-cli', [{ stderr: 'login: none (ask your admin)', exit: 3 }]);
      rig.script('crashing-cli', [{ stderr: 'login: none (ask your admin)', exit: 3 }]);
      const { code, stderr } = await rig.run(['exec', '--patience', '1m', '--retries', '0', 'hi']);
      expect(code).toBe(1);
      expect(stderr).toContain('login: none (ask your admin) [provider_error]');
    }),
  );
});

describe('a tool that fails again and again', () => {
  it(
    'is skipped for a while, then a success clears it',
    rigged(async (rig) => {
      const quick = 'cooldown: { after_failures: 2, within: 1m, for: 1500ms }, retry: { max_delay: 1ms }';
      rig.write('llm-router.yaml', THREE.replace('retry: { base_delay: 1ms, max_delay: 5s }', quick));
      rig.script('crashing-cli', [{ exit: 3 }, { exit: 3 }, { stdout: 'fine again' }]);
      const alone = ['exec', '--tool', 'crashing', 'hi'];
      expect((await rig.run(alone)).code).toBe(1);
      expect((await rig.run(alone)).code).toBe(1);
      const skipped = await rig.run(alone);
      expect(skipped).toMatchObject({ code: 1 });
      expect(skipped.stderr).toContain('cooling down until');
      const back = await rig.run([...alone, '--patience', '1m']);
      expect(back).toMatchObject({ code: 0, stdout: 'fine again\n' });
      expect(rig.read('../state/llm-router/cooldowns.json')).not.toContain('crashing');
    }),
  );
});

describe('the limit of a whole tool', () => {
  it(
    'covers its other models as well',
    rigged(async (rig) => {
      rig.write(
        'llm-router.yaml',
        `version: 1
default_agent: worker
agents: { worker: { preferred_tool: limited, preferred_model: big, fallback_chain: ['limited:small', good] } }
tools:
  limited:
    binary: limited-cli
    args: ['{model}']
    models: [big, small]
    failures: [{ type: quota, when: { exit_code: 1 }, cools: tool }]
  good: { binary: good-cli, args: [] }
models: { big: {}, small: {} }
`,
      );
      tools(rig, 1, 0, 1);
      const document = (await rig.run(['exec', '--json', 'hi'])).json();
      expect(document.attempts.map(({ tool, model }) => [tool, model])).toEqual([
        ['limited', 'big'],
        ['good', null],
      ]);
      expect(document.plan.rejected).toMatchObject([
        { tool: 'limited', model: 'small', reason: 'quota', phase: 'admit' },
      ]);
    }),
  );
});

describe('side effects', () => {
  const EDITS = `version: 1
default_agent: worker
agents: { worker: { preferred_tool: editor, fallback_chain: [good], access: edit } }
tools:
  editor:
    binary: editor-cli
    args: []
    output:
      format: ndjson
      text: { event: { /type: done }, pointer: /text }
      end: { /type: done }
      activity: { event: { /type: tool }, pointer: /name }
      changed_files: { event: { /type: tool }, pointer: /file }
  good: { binary: good-cli, args: [] }
`;
  const WORK =
    '{"type":"tool","name":"Edit","file":"src/a.ts"}\n{"type":"tool","name":"Edit","file":"src/b.ts"}\n';

  it(
    'prevent a fallback, and the failure names them',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', EDITS);
      rig.script('editor-cli', [{ stdout: WORK, exit: 1 }]);
      rig.script('good-cli', []);
      const { code, stderr } = await rig.run(['exec', 'hi']);
      expect(code).toBe(76);
      expect(stderr).toContain('it had worked on `src/a.ts`, `src/b.ts`; it had used Edit 2 times');
      expect(stderr).toContain('retry.after_side_effects: true');
    }),
  );

  it(
    'do not if the policy says so, or when nothing was done yet',
    rigged(async (rig) => {
      const allowed = 'policies: { default: { retry: { after_side_effects: true, base_delay: 1ms } } }\n';
      rig.write('llm-router.yaml', `${EDITS}${allowed}`);
      rig.script('editor-cli', [
        { stdout: WORK, exit: 1 },
        { stdout: WORK, exit: 1 },
      ]);
      rig.script('good-cli', [{ stdout: 'fine' }, { stdout: 'fine' }]);
      expect((await rig.run(['exec', 'hi'])).stdout).toBe('fine\n');
      rig.write('llm-router.yaml', EDITS);
      rig.script('editor-cli', [{ exit: 1 }, { exit: 1 }]);
      expect((await rig.run(['exec', 'hi'])).stdout).toBe('fine\n');
    }),
  );
});

describe('a tool that prints only at its end', () => {
  const SILENT = `version: 1
default_agent: worker
agents: { worker: { preferred_tool: editor, fallback_chain: [good], access: edit } }
tools:
  editor:
    binary: editor-cli
    args: []
    output: { format: json, text: /answer, at_exit: true }
    failures: [{ type: authentication, when: { stderr: no key } }]
  good: { binary: good-cli, args: [] }
`;

  it(
    'may have edited before it failed, so that no other tool edits again',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', SILENT);
      rig.script('editor-cli', [{ exit: 1 }]);
      rig.script('good-cli', []);
      const { code, stderr } = await rig.run(['exec', 'hi']);
      expect(code).toBe(1);
      expect(stderr).toContain('retry.after_side_effects: true');
    }),
  );

  it(
    'has edited nothing when it has no key, so that the next one runs',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', SILENT);
      rig.script('editor-cli', [{ stderr: 'no key', exit: 1 }]);
      rig.script('good-cli', [{ stdout: 'fine' }]);
      expect(await rig.run(['exec', 'hi'])).toMatchObject({ code: 0, stdout: 'fine\n' });
    }),
  );
});

describe('an answer that breaks its schema', () => {
  it(
    'is retried once, with the failing places',
    rigged(async (rig) => {
      rig.write('schema.json', '{"type":"object","properties":{"n":{"type":"number"}},"required":["n"]}');
      rig.write(
        'llm-router.yaml',
        `version: 1
default_agent: worker
agents: { worker: { preferred_tool: good } }
tools: { good: { binary: good-cli, args: [] } }
policies: { default: { retry: { base_delay: 1ms, retry_on_contract_violation: true } } }
`,
      );
      const good = rig.script('good-cli', [{ stdout: '{"n":"one"}' }, { stdout: '{"n":1}' }]);
      const document = (await rig.run(['exec', '--json', '--schema', 'schema.json', 'Count'])).json();
      expect(document).toMatchObject({ status: 'succeeded', data: { n: 1 } });
      expect(good.calls[1]?.stdin).toContain('Count\n');
      expect(good.calls[1]?.stdin).toContain('{"n":"one"}');
      expect(good.calls[1]?.stdin).toContain('`/n` must be number');
    }),
  );
});
