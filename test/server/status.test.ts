import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { RouterConfig } from '../../src/config/types.js';
import type { RunEvent } from '../../src/domain/events.js';
import { failure } from '../../src/domain/failure.js';
import { emptyRequest } from '../../src/domain/request.js';
import { ledgerAccess } from '../../src/ledger/access.js';
import { createRouter } from '../../src/router/router.js';
import type { ServerStatus, StatusDocument } from '../../src/server/status/document.js';
import { gatherer } from '../../src/server/status/gather.js';
import { OwnRuns } from '../../src/server/status/own-runs.js';
import { recentRuns } from '../../src/server/status/recent-runs.js';
import { runOf } from '../../src/server/status/run.js';
import { statusTexts } from '../../src/server/status/texts.js';
import { statusDocument } from '../../src/server/status.js';
import { realHost } from '../../src/world.js';
import { configOf } from '../rig/config.js';
import { ownCooldowns } from '../rig/cooldowns.js';
import { deadlineOf } from '../rig/deadline.js';
import { routerWorld } from '../rig/router.js';
import { IS_SOAK } from '../soak.js';
import { traceOf } from '../trace/documents.js';

const SERVER: ServerStatus = {
  state: 'ready',
  release: '1.2.3',
  started_at: '2026-11-20T10:00:00.000Z',
  uptime_ms: 1000,
  config_files: [],
  config_is_current: true,
  active: 0,
  waiting: 0,
  max_concurrent: 10,
};

const CONFIG = `
agents: { reviewer: { preferred_tool: busy, fallback_chain: [steady] } }
tools:
  busy: { kind: mock, billing: api, responses: [{ failure: { type: rate_limit, message: 'too many <b>requests</b>', retry_after: 10m } }] }
  steady: { kind: mock, billing: free, concurrency: 2, responses: [{ text: done, usage: { input_tokens: 10, output_tokens: 5 } }] }
policies: { default: { retry: { max_retries: 0, per_failure: { rate_limit: { max_retries: 0 } } }, budget: { daily_usd: 5, limit: { threshold_percent: 50 } } } }
`;

const QUEUED = `
agents: { worker: { preferred_tool: slow } }
tools: { slow: { kind: mock, billing: free, concurrency: 1, responses: [{ text: done, delay: 1h }] } }
`;

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'llm-status-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A machine on which runs of a config leave their records, and what the page shows of them. */
function machine({
  config = configOf(CONFIG),
  hasTraces = true,
}: {
  config?: RouterConfig;
  hasTraces?: boolean;
} = {}) {
  const { clock } = realHost();
  const ledger = ledgerAccess({
    file: path.join(folder, 'data', 'ledger.db'),
    now: clock.now,
    project: folder,
    warn: () => undefined,
  });
  const traces = {
    place: { dir: path.join(folder, 'traces') },
    versions: { router: '1', node: '20', platform: 'linux' },
    warn: () => undefined,
    origin: { cwd: '/', config: [] },
  };
  const world = routerWorld(config, { ledger, traces: hasTraces ? traces : null, cooldowns: ownCooldowns() });
  const router = createRouter(config, world);
  const { redactor } = world.host;
  const ownRuns = new OwnRuns(() => ({ redactor, hasTraces }), clock.now);
  const gather = gatherer({
    router,
    stores: world.stores,
    now: clock.now,
    server: () => SERVER,
    ownRuns: () => ownRuns.read(),
  });
  let setQueued = (): void => undefined;
  const queued = new Promise<void>((resolve) => {
    setQueued = resolve;
  });
  const onEvent = ({ type }: RunEvent): void => {
    if (type === 'queue.wait') setQueued();
  };
  return {
    gather,
    /** Resolves when a run waits for a slot. */
    queued,
    run: async (agent: string, deadline = deadlineOf()) => {
      const planned = await router.plan({ ...emptyRequest(folder), agent, prompt: 'the secret plan' });
      if (!planned.ok) throw new Error(planned.error.message);
      const { events = [] } = ownRuns.observe(planned.value);
      return router.complete(planned.value, { deadline, events: [...events, onEvent] });
    },
    status: async (): Promise<StatusDocument> => statusDocument(await gather('1h')),
    close: () => router.close(),
  };
}

describe('the status document', () => {
  it('has all parts where nothing has run yet', async () => {
    const own = machine();
    const { at: _, ...document } = await own.status();
    expect(document).toMatchObject({
      version: 1,
      server: SERVER,
      troubles: [],
      today: { invocations: 0, cost_usd: 0, p50_ms: null },
      budgets: [{ scope: 'global', limit_usd: 5, used_usd: 0, threshold_percent: 50, limit_type: 'soft' }],
      runs: { running: [], recent: [] },
      timeline: { range: '1h', step_ms: 60_000, steps: [] },
    });
    expect(document.tools.find(({ name }) => name === 'steady')).toMatchObject({
      state: 'ready',
      running: 0,
      waiting: 0,
      limits: { concurrency: 2 },
      today: null,
    });
  });

  it('tells of a run why, what was tried, and what it cost', async () => {
    const own = machine();
    const { id } = await own.run('reviewer');
    const { runs, today, timeline, tools } = await own.status();
    own.close();
    expect(runs.running).toEqual([]);
    expect(runs.recent).toMatchObject([
      {
        id,
        status: 'succeeded',
        now: null,
        agent: 'reviewer',
        tool: 'steady',
        is_fallback: true,
        usage: { input: 10, output: 5, total: 15 },
        cost: { usd: 0, is_partial: true },
        prompt: null,
        answer: null,
        prompt_chars: 15,
        candidates: [{ tool: 'busy' }, { tool: 'steady', because: [{ rule: 'fallback' }] }],
        attempts: [
          { tool: 'busy', status: 'failed', failure: { type: 'rate_limit' } },
          { tool: 'steady', status: 'succeeded', cost: { usd: 0, is_partial: false } },
        ],
        events: [{ type: 'fallback', text: 'busy failed (rate_limit), trying fallback: steady' }],
      },
    ]);
    expect(today).toMatchObject({ invocations: 1, failures: 0, fallbacks: 1, total_tokens: 15 });
    expect(timeline?.steps).toMatchObject([{ invocations: 1, failure_types: {} }]);
    const busy = tools.find(({ name }) => name === 'busy');
    expect(busy).toMatchObject({ state: 'cooling', cooldowns: [{ reason: 'rate_limit' }] });
    expect(JSON.stringify(runs)).not.toContain('secret plan');
  });

  it('shows a run of the server that waits, which has no trace yet', async () => {
    const own = machine({ config: configOf(QUEUED) });
    const deadline = deadlineOf();
    const runs = [own.run('worker', deadline), own.run('worker', deadline)];
    await own.queued;
    const during = await own.status();
    expect(during.runs.running.map(({ now }) => now?.state).sort()).toEqual(['queued', 'running']);
    expect(during.tools.find(({ name }) => name === 'slow')).toMatchObject({ running: 1, waiting: 1 });
    deadline.stop(failure('cancelled', 'enough'));
    await Promise.all(runs);
    const after = await own.status();
    own.close();
    expect([after.runs.running.length, after.runs.recent.length]).toEqual([0, 2]);
  });

  it('shows the runs of the server where no traces are kept', async () => {
    const own = machine({ hasTraces: false });
    const { id } = await own.run('reviewer');
    const { runs } = await own.status();
    own.close();
    expect(runs.recent).toMatchObject([{ id, tool: 'steady', is_fallback: true, prompt: null }]);
  });

  it('says what cannot be read, and shows the rest', async () => {
    mkdirSync(path.join(folder, 'data', 'ledger.db'), { recursive: true });
    writeFileSync(path.join(folder, 'traces'), '');
    const { troubles, today, timeline, budgets, runs, tools } = await machine().status();
    expect(troubles).toMatchObject([{ part: 'ledger' }]);
    expect([today, timeline, budgets, runs]).toEqual([null, null, [], { running: [], recent: [] }]);
    expect(tools.find(({ name }) => name === 'steady')).toMatchObject({ running: null, waiting: null });
  });

  it('leaves out tools of the catalogue that nothing needs, and counts them', async () => {
    const { tools, other_tools } = await machine().status();
    expect(tools.map(({ name }) => name)).toEqual(expect.arrayContaining(['busy', 'steady']));
    expect(tools.map(({ name }) => name)).not.toContain('mock');
    expect(other_tools).toBeGreaterThan(0);
  });
});

describe('a run of the status document', () => {
  it('that goes on tells what it does', async () => {
    const trace = await traceOf({ atMs: Date.parse('2026-11-20T10:00:00Z'), events: 3 });
    expect(runOf(trace)).toMatchObject({
      status: 'running',
      latency_ms: null,
      now: { state: 'running', text: 'attempt 1: mock mock' },
    });
    const waiting = {
      ...trace,
      attempts: [],
      events: [{ type: 'queue.wait', ts: '2026-11-20T10:00:01Z', tool: 'mock', position: 2 }],
    };
    expect(runOf(waiting).now).toEqual({
      state: 'queued',
      text: 'waiting for a slot of mock, place 2 in the queue',
      since: '2026-11-20T10:00:01.000Z',
    });
    expect(runOf({ ...trace, attempts: [] }).now).toMatchObject({ state: 'starting' });
  });

  it('counts the calls that passed through the gateway', async () => {
    const trace = await traceOf({ atMs: 0 });
    const [attempt] = trace.attempts;
    const calls = [{ failure: null }, { failure: { type: 'rate_limit' } }];
    const run = runOf({ ...trace, attempts: [attempt, { ...attempt, calls }] });
    expect(run.attempts.map((one) => one.calls)).toEqual([null, { count: 2, failed: 1 }]);
  });

  it('shows prompt and answer with `log_prompts` alone', async () => {
    const kept = runOf(await traceOf({ atMs: 0, logPrompts: true }));
    expect(kept.prompt).toBe('the secret plan');
    expect(kept.answer).not.toBeNull();
    const bare = runOf(await traceOf({ atMs: 0 }));
    expect([bare.prompt, bare.answer]).toEqual([null, null]);
  });

  it('is read from whatever a file holds, in bounded size', async () => {
    const trace = await traceOf({ atMs: 0 });
    const keys = Object.keys(trace);
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...keys), fc.anything()), (changes) => {
        expect(JSON.stringify(runOf({ ...trace, ...changes })).length).toBeLessThan(1_000_000);
      }),
      { numRuns: IS_SOAK ? 500 : 30 },
    );
    const long = {
      tool: 'x'.repeat(10_000),
      because: Array(1000).fill({ rule: 'r', detail: 'd'.repeat(10_000) }),
    };
    const huge = { ...trace, plan: { candidates: Array(1000).fill(long), rejected: [] } };
    expect(JSON.stringify(runOf(huge)).length).toBeLessThan(200_000);
  });

  it('has no characters that reorder or hide text', async () => {
    const trace = { ...(await traceOf({ atMs: 0 })), agent: 'a\u202eb\u0007' };
    expect(runOf(trace).agent).toBe('a\\u202eb\\u0007');
  });
});

describe('recent runs', () => {
  it('are read again only while they go on', async () => {
    const now = Date.now();
    const dir = path.join(folder, 'traces');
    const [running, ended] = [await traceOf({ atMs: now, events: 3 }), await traceOf({ atMs: now })];
    const write = (id: string, document: object): void => {
      const day = path.join(dir, ended.started_at.slice(0, 10).replaceAll('-', ''));
      mkdirSync(day, { recursive: true });
      writeFileSync(path.join(day, `${id}.json`), JSON.stringify({ ...document, id }));
    };
    write('01KB00000000000000000000AA', running);
    write('01KB00000000000000000000BB', ended);
    write('01KB00000000000000000000CC', {});
    const { read } = recentRuns(dir);
    const ids = async () => {
      const { running: live, recent } = await read();
      return [
        live.map(({ id }) => id.slice(-2)),
        recent.map(({ id, status }) => `${id.slice(-2)} ${status}`),
      ];
    };
    expect(await ids()).toEqual([['AA'], ['BB succeeded']]);
    write('01KB00000000000000000000AA', ended);
    write('01KB00000000000000000000BB', { ...ended, status: 'failed' });
    expect(await ids()).toEqual([[], ['BB succeeded', 'AA succeeded']]);
    rmSync(dir, { recursive: true });
    expect(await ids()).toEqual([[], []]);
  });

  it('are the newest 50, without those that were killed among the running', async () => {
    const dir = path.join(folder, 'traces');
    const dead = await traceOf({ atMs: Date.now(), events: 3 });
    const day = path.join(dir, dead.started_at.slice(0, 10).replaceAll('-', ''));
    mkdirSync(day, { recursive: true });
    const router = { ...dead.router, start_ticks: 1 };
    for (let n = 10; n < 70; n++)
      writeFileSync(
        path.join(day, `01KB${String(n).padStart(22, '0')}.json`),
        JSON.stringify({ ...dead, router }),
      );
    const { running, recent } = await recentRuns(dir).read();
    expect([running.length, recent.length, recent[0]?.status]).toEqual([0, 50, 'interrupted']);
  });
});

describe('the text of the status document', () => {
  it('is gathered once for all that ask within a second, and seldom where that takes long', async () => {
    const own = machine();
    let nowMs = 0;
    let gathered = 0;
    let tookMs = 0;
    const texts = statusTexts(
      async (range) => {
        gathered += 1;
        const input = await own.gather(range);
        nowMs += tookMs;
        return input;
      },
      () => nowMs,
    );
    const [first, second] = await Promise.all([texts('1h'), texts('1h')]);
    expect([gathered, first === second, JSON.parse(first.text).version]).toEqual([1, true, 1]);
    nowMs += 999;
    await texts('1h');
    await texts('6h');
    expect(gathered).toBe(2);
    nowMs += 1;
    tookMs = 200;
    await texts('1h');
    nowMs += 3700;
    await texts('1h');
    expect(gathered).toBe(3);
    nowMs += 1000;
    await texts('1h');
    expect(gathered).toBe(4);
  });

  it('is tried again after an error', async () => {
    const own = machine();
    let isBroken = true;
    const texts = statusTexts(
      (range) => (isBroken ? Promise.reject(new Error('broken')) : own.gather(range)),
      () => 0,
    );
    await expect(texts('1h')).rejects.toThrow('broken');
    isBroken = false;
    expect(JSON.parse((await texts('1h')).text)).toMatchObject({ version: 1 });
  });
});
