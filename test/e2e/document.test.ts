import { describe, expect, it } from '@jest/globals';
import { rigged } from '../rig/rig.js';
import { pair, solo } from './configs.js';

/** The documented fields, in order. */
const DOCUMENT = [
  'version',
  'id',
  'trace_id',
  'parent_id',
  'session',
  'status',
  'agent',
  'tool',
  'model',
  'response_model',
  'text',
  'data',
  'finish_reason',
  'tool_session_id',
  'usage',
  'cost',
  'latency_ms',
  'plan',
  'attempts',
  'warnings',
  'failure',
];
const USAGE = [
  'input_tokens',
  'cache_read_tokens',
  'cache_write_tokens',
  'cache_write_1h_tokens',
  'output_tokens',
  'reasoning_tokens',
  'total_tokens',
];
const COST = ['usd', 'list_usd', 'basis', 'billing'];
const PLAN = ['candidates', 'rejected', 'ignored'];
const ATTEMPT = [
  'n',
  'tool',
  'model',
  'status',
  'started_at',
  'latency_ms',
  'first_output_ms',
  'exit_code',
  'request_id',
  'usage',
  'cost',
  'failure',
  'partial_text',
  'calls',
  'changes',
  'no_snapshot',
  'continues',
];
const FAILURE = [
  'type',
  'phase',
  'message',
  'hint',
  'tool',
  'model',
  'retry_after_ms',
  'reset_at',
  'http_status',
  'exit_code',
  'stderr_tail',
];

/** Further fields of the document. */
const MORE = {
  document: ['started_at', 'source_agent', 'nested', 'allowance'],
  plan: ['policy', 'access', 'estimated_input_tokens'],
};

const JSON_TOOL =
  'output: { format: json, text: /answer, usage: { input_tokens: /in, output_tokens: /out } }';

describe('json', () => {
  it(
    'has the fields of the contract when it succeeds',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', pair({ first: JSON_TOOL }));
      rig.script('first-cli', [{ stdout: '{"answer":"42","in":1200,"out":210}' }]);
      rig.script('second-cli', []);
      const result = await rig.run(['exec', '--json', 'hi']);
      const document = result.json();
      expect(result).toMatchObject({ code: 0, stderr: '' });
      expect(Object.keys(document).sort()).toEqual([...DOCUMENT, ...MORE.document].sort());
      expect(Object.keys(document.usage ?? {})).toEqual(USAGE);
      expect(Object.keys(document.cost ?? {})).toEqual(COST);
      expect(Object.keys(document.plan).sort()).toEqual([...PLAN, ...MORE.plan].sort());
      expect(document.attempts.map((attempt) => Object.keys(attempt))).toEqual([ATTEMPT]);
      expect(document.plan.candidates.map((candidate) => Object.keys(candidate))).toEqual([
        ['tool', 'model', 'because'],
        ['tool', 'model', 'because'],
      ]);
    }),
  );

  it(
    'names the answer, its tool and model, and the reason',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', pair({ first: JSON_TOOL }));
      rig.script('first-cli', [{ stdout: '{"answer":"42","in":1200,"out":210}' }]);
      rig.script('second-cli', []);
      const document = (
        await rig.run(['exec', '--json', '--session', 's', '--trace-id', 't-1', 'hi'])
      ).json();
      expect(document).toMatchObject({
        version: 1,
        id: expect.stringMatching(/^[0-9A-HJKMNP-TV-Z]{26}$/),
        trace_id: 't-1',
        parent_id: null,
        session: 's',
        status: 'succeeded',
        agent: 'worker',
        tool: 'first',
        model: 'big',
        text: '42',
        data: null,
        finish_reason: 'unknown',
        usage: { input_tokens: 1200, output_tokens: 210, total_tokens: 1410 },
        attempts: [{ n: 1, tool: 'first', model: 'big', status: 'succeeded', exit_code: 0, failure: null }],
        warnings: [],
        failure: null,
      });
      const because = document.plan.candidates.map((candidate) => candidate.because.map(({ rule }) => rule));
      expect(because).toEqual([['preferred'], ['fallback']]);
      expect(document.plan.candidates[0]?.because[0]?.at).toMatch(/^llm-router\.yaml:\d+:\d+$/);
    }),
  );

  it(
    'has a null usage, not zeros, when the tool reported none',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', solo('[go]'));
      rig.script('bot-cli', [{ stdout: 'ok' }]);
      const document = (await rig.run(['exec', '--json', 'hi'])).json();
      expect(document.usage).toBeNull();
      expect(document.attempts[0]?.cost?.basis).toBe('unknown');
    }),
  );

  it(
    'sums the attempts, priced by the catalogue',
    rigged(async (rig) => {
      const priced = pair({
        first: `${JSON_TOOL}\n    billing: api`,
        second: `${JSON_TOOL}\n    billing: api`,
      })
        .replace('id: big-1', 'id: big-1, cost_per_1m_tokens: { input: 10, output: 30 }')
        .replace('id: small-1', 'id: small-1, cost_per_1m_tokens: { input: 1, output: 2 }');
      rig.write('llm-router.yaml', priced);
      rig.script('first-cli', [{ stdout: '{"answer":"","in":1500,"out":800}' }]);
      rig.script('second-cli', [{ stdout: '{"answer":"42","in":1000,"out":1000}' }]);
      const document = (await rig.run(['exec', '--json', '--retries', '0', 'hi'])).json();
      expect(document.attempts.map((attempt) => attempt.cost?.usd)).toEqual([0.039, 0.003]);
      expect(document.cost).toEqual({ usd: 0.042, list_usd: 0.042, basis: 'computed', billing: 'api' });
      expect(document.usage).toMatchObject({ input_tokens: 2500, output_tokens: 1800, total_tokens: 4300 });
    }),
  );

  it(
    'has the same fields for a failure',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', solo('[go]'));
      rig.script('bot-cli', [{ stderr: 'it broke\n', exit: 3 }]);
      const result = await rig.run(['exec', '--json', 'hi']);
      const document = result.json();
      expect(result.code).toBe(1);
      expect(Object.keys(document).sort()).toEqual([...DOCUMENT, ...MORE.document].sort());
      expect(Object.keys(document.failure ?? {})).toEqual(FAILURE);
      expect(document).toMatchObject({
        status: 'failed',
        failure: { type: 'provider_error', exit_code: 3, stderr_tail: 'it broke' },
        attempts: [{ status: 'failed', exit_code: 3, failure: { type: 'provider_error' } }],
      });
    }),
  );

  it(
    'has the same fields for an unknown flag',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', solo('[go]'));
      const result = await rig.run(['exec', '--json', '--no-such-flag', 'hi']);
      expect(result.code).toBe(64);
      expect(Object.keys(result.json()).sort()).toEqual([...DOCUMENT, ...MORE.document].sort());
      expect(result.json()).toMatchObject({ status: 'failed', failure: { type: 'usage' } });
    }),
  );

  it(
    'has the same fields and the diagnostics for a wrong config',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', solo('[go]').replace('preferred_tool: bot', 'preferred_tool: bott'));
      const result = await rig.run(['exec', '--json', 'hi']);
      expect(result.code).toBe(78);
      expect(result.json()).toMatchObject({
        status: 'failed',
        failure: { type: 'config', diagnostics: [{ code: 'config/unknown-tool' }] },
      });
    }),
  );
});
