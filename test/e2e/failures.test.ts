import { describe, expect, it } from '@jest/globals';
import { FAILURES, type FailureType } from '../../src/domain/failure.js';
import { runInProcess } from '../rig/in-process.js';
import { type Rig, rigged } from '../rig/rig.js';
import { firstRows, IS_SOAK, itInSoak } from '../soak.js';

/** One row of the failure table: what a fake does, and the expected result. */
interface Row {
  /** The expected calls, in order, with a second candidate. */
  calls: string;
  exit: number;
}

/** Every failure that a running tool can end in. The first fake fails in that way whenever it is called. */
const ROWS: Partial<Record<FailureType, Row>> = {
  rate_limit: { calls: 'first second', exit: 75 },
  quota: { calls: 'first second', exit: 75 },
  overloaded: { calls: 'first first first second', exit: 75 },
  connection: { calls: 'first first first second', exit: 75 },
  timeout: { calls: 'first second', exit: 124 },
  provider_error: { calls: 'first second', exit: 1 },
  authentication: { calls: 'first second', exit: 69 },
  tool_not_found: { calls: 'first second', exit: 69 },
  model_not_found: { calls: 'first second', exit: 69 },
  context_too_large: { calls: 'first second', exit: 1 },
  invalid_request: { calls: 'first', exit: 1 },
  refused: { calls: 'first', exit: 1 },
  limit_reached: { calls: 'first', exit: 1 },
  invalid_response: { calls: 'first first second', exit: 76 },
  contract_violation: { calls: 'first', exit: 76 },
  partial: { calls: 'first', exit: 76 },
  not_allowed: { calls: 'first second', exit: 77 },
  budget_exceeded: { calls: 'first second', exit: 79 },
};

/** Failures that end a run before a tool works, or from outside; each has its own test below. */
const OTHERS: readonly FailureType[] = [
  'cancelled',
  'usage',
  'input',
  'config',
  'internal',
  'not_restored',
  'conflict',
  'not_verified',
];

const config = (type: FailureType): string => `version: 1
default_agent: worker
agents: { worker: { preferred_tool: first, preferred_model: small, fallback_chain: ['second:large'] } }
tools:
  first:
    binary: first-cli
    args: []
    models: [small]
    failures: [{ type: ${type}, when: { exit_code: 9 }, hint: what to do }]
  second: { binary: second-cli, args: [], models: [large] }
models:
  small: { context_window: 1000, cost_per_1m_tokens: { input: 2, output: 2 } }
  large: { context_window: 9000, cost_per_1m_tokens: { input: 1, output: 1 } }
policies: { default: { retry: { base_delay: 1ms, max_retries: 2 }, cooldown: { after_failures: 99 } } }
`;

function prepare(rig: Rig, type: FailureType, calls: number): void {
  rig.write('llm-router.yaml', config(type));
  rig.script('first-cli', Array(calls).fill({ stderr: 'it broke', exit: 9 }));
}

/** One of each kind of row: the fallback at once, after retries, after one correction, and none. */
const KINDS = ['rate_limit', 'overloaded', 'invalid_response', 'invalid_request'];
const SIGNALS = firstRows(1, [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const);

const TRIED = Object.entries(ROWS).filter(([type]) => IS_SOAK || KINDS.includes(type));

describe('a failure of the first of two tools', () => {
  it.each(TRIED)('%s is followed by the calls of the table', async (type, { calls }) => {
    await rigged(async (rig) => {
      const called = calls.split(' ');
      prepare(rig, type as FailureType, called.filter((name) => name === 'first').length);
      rig.script('second-cli', called.includes('second') ? [{ stdout: 'from second' }] : []);
      const document = (await rig.run(['exec', '--json', 'hi'])).json();
      expect(document.attempts.map(({ tool }) => tool)).toEqual(called);
      expect(document.attempts[0]?.failure).toMatchObject({ type, tool: 'first', model: 'small' });
      expect(document.status).toBe(called.includes('second') ? 'succeeded' : 'failed');
      expect(document.text).toBe(called.includes('second') ? 'from second' : null);
    })();
  });
});

describe('a failure of the only tool', () => {
  it.each(firstRows(6, Object.entries(ROWS)))(
    '%s has its exit code, word and way out',
    async (type, { exit }) => {
      await rigged(async (rig) => {
        prepare(rig, type as FailureType, 1);
        const { code, stdout, stderr } = await rig.run(['exec', '--no-fallback', '--retries', '0', 'hi']);
        expect({ code, stdout }).toEqual({ code: exit, stdout: '' });
        expect(stderr).toContain(`[${type}]`);
        expect(stderr).toContain('hint: what to do');
        const [trace] = rig.traces();
        expect(trace).toMatchObject({
          status: 'failed',
          failure: { type, tool: 'first', exit_code: 9, stderr_tail: 'it broke' },
        });
      })();
    },
  );
});

describe('every other failure', () => {
  it('has a test here, in recovery.test.ts, isolate-cases.soak.test.ts or race.soak.test.ts, and every one a row', () => {
    expect([...Object.keys(ROWS), ...OTHERS].sort()).toEqual(Object.keys(FAILURES).sort());
  });

  it(
    'cancelled: by each signal with its own exit code, without a fallback',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', config('quota'));
      const first = rig.fake('first-cli');
      rig.script('second-cli', []);
      for (const [signal, code] of SIGNALS) {
        const running = rig.start(['exec', '--json', 'hi']);
        await first.nextCall();
        running.kill(signal);
        const ended = await running.done;
        expect(ended.code).toBe(code);
        expect(ended.json()).toMatchObject({
          status: 'cancelled',
          failure: { type: 'cancelled', phase: signal },
        });
      }
    }),
  );

  it(
    'usage, input and config: a document, and nothing is run',
    rigged(async (rig) => {
      prepare(rig, 'quota', 0);
      rig.write('broken.yaml', 'version: 1\nagents: { a: { preferred_tool: missing } }\n');
      const cases = [
        { type: 'usage', code: 64, args: ['-a', 'wroker', 'hi'] },
        { type: 'input', code: 66, args: ['-f', 'missing.md'] },
        { type: 'config', code: 78, args: ['--config', 'broken.yaml', 'hi'] },
      ];
      for (const { type, code, args } of cases) {
        const ended = await rig.run(['exec', '--json', ...args]);
        expect(ended.code).toBe(code);
        expect(ended.json()).toMatchObject({ status: 'failed', attempts: [], failure: { type } });
      }
    }),
  );

  itInSoak(
    'internal: an unexpected exception is reported as a bug of ours',
    rigged(async (rig) => {
      const random = (): number => {
        throw new Error('no chance');
      };
      const ended = await runInProcess(['exec', '--tool', 'mock', 'hi'], { root: rig.project, random });
      expect(ended).toMatchObject({ code: 70, stdout: '' });
      expect(ended.stderr).toContain('[internal]');
    }),
  );
});
