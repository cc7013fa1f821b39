import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { RouterConfig } from '../../src/config/types.js';
import type { RunEvent } from '../../src/domain/events.js';
import type { Invocation } from '../../src/domain/invocation.js';
import { emptyRequest, type Request } from '../../src/domain/request.js';
import { ledgerAccess } from '../../src/ledger/access.js';
import { configOf } from '../rig/config.js';
import { ownCooldowns } from '../rig/cooldowns.js';
import { deadlineOf } from '../rig/deadline.js';
import { routerOf } from '../rig/router.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'llm-slots-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Two in-process tools; the first one has limits. */
function two(
  limits: string,
  more: { answer?: string; chain?: string; policy?: string; model?: string } = {},
): RouterConfig {
  const { answer = '{ text: from one }', chain = '', policy = '', model = '' } = more;
  return configOf(`
default_agent: a
agents: { a: { preferred_tool: one, fallback_chain: [${chain}] } }
tools:
  one: { kind: mock, ${model} responses: [${answer}], ${limits} }
  two: { kind: mock, responses: [{ text: from two }] }
models: { m: { cost_per_1m_tokens: { input: 10, output: 30 } } }
policies: { default: { retry: { max_delay: 10s }${policy} } }
`);
}

/** A clock that runs this many times as fast. */
function clock(speed: number) {
  const [wall, start] = [Date.now(), performance.now()];
  const passed = () => (performance.now() - start) * speed;
  return { now: () => Math.round(wall + passed()), monotonic: passed };
}

interface Given {
  speed?: number;
  file?: string;
  confirm?: () => Promise<boolean>;
  cooldowns?: ReturnType<typeof ownCooldowns>;
  onEvent?: (event: RunEvent) => void;
}

/** Runs a request; all runs of a test share one ledger. */
function world({ speed = 1, file = 'ledger.db', confirm, cooldowns = ownCooldowns(), onEvent }: Given = {}) {
  const time = clock(speed);
  const warnings: string[] = [];
  const events: RunEvent[] = [];
  const complete = async (config: RouterConfig, request: Partial<Request> = {}): Promise<Invocation> => {
    const ledger = ledgerAccess({
      file: path.join(folder, file),
      now: time.now,
      project: '',
      warn: (message) => void warnings.push(message),
    });
    const router = routerOf(config, { clock: time, ledger, cooldowns });
    const deadline = deadlineOf(request.timeoutMs, time.monotonic);
    const planned = await router.plan({ ...emptyRequest('/'), prompt: 'hello', ...request });
    if (!planned.ok) throw new Error(planned.error.message);
    const emit = (event: RunEvent): void => {
      events.push(event);
      onEvent?.(event);
    };
    const invocation = await router.complete(
      planned.value,
      confirm === undefined ? { deadline, events: [emit] } : { deadline, events: [emit], confirm },
    );
    deadline.dispose();
    router.close();
    return invocation;
  };
  return { complete, warnings, events };
}

const ONCE = 'rate_limit: { requests_per_minute: 1 }';

describe('a run against a full window', () => {
  it('goes to the next candidate at once when the wait would be long', async () => {
    const { complete, events } = world();
    const config = two(ONCE, { chain: 'two' });
    expect((await complete(config)).text).toBe('from one');
    const second = await complete(config);
    expect(second).toMatchObject({
      text: 'from two',
      plan: {
        rejected: [{ tool: 'one', reason: 'rate_limit', phase: 'admit', resetAt: expect.any(String) }],
      },
    });
    expect(events.filter(({ type }) => type === 'queue.wait')).toEqual([]);
  });

  it('fails with the time of the next start when no candidate is left', async () => {
    const { complete } = world();
    await complete(two(ONCE));
    const { failure, status, attempts } = await complete(two(ONCE));
    expect({ status, attempts }).toEqual({ status: 'failed', attempts: [] });
    expect(failure).toMatchObject({ type: 'rate_limit', phase: 'admit', tool: 'one' });
    expect(failure?.retryAfterMs).toBeGreaterThan(50_000);
    expect(failure?.hint).toContain('--patience');
  });

  it('waits in the queue for up to --patience', async () => {
    const { complete, events } = world({ speed: 60 });
    await complete(two(ONCE));
    expect((await complete(two(ONCE), { patienceMs: 120_000 })).text).toBe('from one');
    const waits = events.filter((event) => event.type === 'queue.wait');
    expect(waits).toMatchObject([{ ahead: 0, waitedMs: 0, attempt: 1, candidate: { tool: 'one' } }]);
    expect(waits[0]?.delayMs).toBeGreaterThan(10_000);
    expect(events.filter(({ type }) => type === 'retry.scheduled')).toEqual([]);
  });

  it('waits without --patience when the wait is short', async () => {
    const { complete } = world({ speed: 60 });
    const config = two(ONCE, { chain: 'two', policy: ', ' });
    const patient: RouterConfig = {
      ...config,
      policies: { ...config.policies, default: withMaxDelay(config, 120_000) },
    };
    await complete(patient);
    expect((await complete(patient)).text).toBe('from one');
  });

  it('does not start a wait that ends after its deadline', async () => {
    const { complete } = world();
    await complete(two(ONCE));
    const { failure } = await complete(two(ONCE), { patienceMs: 120_000, timeoutMs: 20_000 });
    expect(failure).toMatchObject({ type: 'rate_limit', resetAt: expect.any(String) });
  });

  it('counts every attempt, retries too', async () => {
    const { complete } = world();
    const failing = '{ text: "", failure: { type: overloaded, message: busy } }';
    const config = two('rate_limit: { requests_per_minute: 2 }', { answer: failing, chain: 'two' });
    const fast: RouterConfig = {
      ...config,
      policies: { ...config.policies, default: withMaxDelay(config, 1) },
    };
    const { attempts, plan } = await complete(fast);
    expect(attempts.map(({ tool }) => tool)).toEqual(['one', 'one', 'two']);
    expect(plan.rejected).toMatchObject([{ tool: 'one', reason: 'rate_limit' }]);
  });
});

describe('runs of one process', () => {
  it('take turns', async () => {
    const { complete, events } = world();
    const config = two('concurrency: 1', { answer: '{ text: x, delay: 30ms }' });
    await Promise.all([complete(config), complete(config), complete(config)]);
    const steps = events.flatMap(({ type }) => (/^attempt/.test(type) ? [type] : []));
    expect(steps).toEqual(Array(3).fill(['attempt.started', 'attempt.finished']).flat());
  });

  it('pass the gates again after a wait', async () => {
    const cooldowns = ownCooldowns();
    const used = '{ text: "", delay: 100ms, failure: { type: quota, message: used up } }';
    const config = two('concurrency: 1', { answer: used, chain: 'two' });
    const first = world({ cooldowns });
    const second = world({ cooldowns });
    const [one, other] = await Promise.all([first.complete(config), second.complete(config)]);
    expect([one.text, other.text]).toEqual(['from two', 'from two']);
    const waited = [one, other].find(({ attempts }) => attempts.length === 1);
    expect(waited?.plan.rejected).toMatchObject([{ tool: 'one', reason: 'quota', phase: 'admit' }]);
  });

  it('release their slot, and count no start, when the budget refuses them', async () => {
    const answerNo = world({ confirm: async () => false });
    const limits = `concurrency: 1, ${ONCE}, models: [m], billing: api`;
    const config = two(limits, { policy: ', budget: { daily_usd: 0, limit: { type: soft } }' });
    const asked = { model: 'm', fallback: true };
    expect((await answerNo.complete(config, asked)).failure?.type).toBe('budget_exceeded');
    expect((await world().complete(config, asked)).text).toBe('from one');
  });

  it('run without limits, with a warning, when the ledger cannot be opened', async () => {
    writeFileSync(path.join(folder, 'plain'), '');
    const { complete, warnings } = world({ file: 'plain/ledger.db' });
    expect((await complete(two(ONCE))).text).toBe('from one');
    expect(warnings[0]).toMatch(
      /^the limits of `one` are not enforced for this run: the ledger `.*` cannot be opened/,
    );
  });
});

function withMaxDelay({ policies }: RouterConfig, maxDelayMs: number) {
  const { default: policy } = policies;
  if (policy === undefined) throw new Error('no default policy');
  return { ...policy, retry: { ...policy.retry, maxDelayMs } };
}
