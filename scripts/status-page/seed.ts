import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { adapterOf } from '../../src/adapters/registry.js';
import { builtInLayer } from '../../src/catalog/catalog.js';
import type { RouterConfig } from '../../src/config/types.js';
import { startDeadline } from '../../src/deadline.js';
import { emptyRequest } from '../../src/domain/request.js';
import { ledgerAccess } from '../../src/ledger/access.js';
import { fileCooldowns } from '../../src/ledger/cooldowns.js';
import { loadConfig } from '../../src/lint/load.js';
import { createRouter } from '../../src/router/router.js';
import { redactorOf } from '../../src/router/secrets.js';
import { realHost } from '../../src/world.js';

/** Where the records go. */
export interface Places {
  /** Folder of the project, with its config. */
  project: string;
  ledger: string;
  cooldowns: string;
}

/** Runs mock tools as if in the last hour: real records, by a clock that the script sets. */
export async function seed(places: Places, text: string): Promise<void> {
  const nowMs = Date.now();
  const random = randomOf(11);
  const world = { nowMs: 0, monotonicMs: 0, tookMs: 0 };
  const calm = routerOf(text, places, world);
  const limited = routerOf(withLimit(text), places, world);
  const agents = ['reviewer', 'planner', 'architect', 'scribe', 'backend-dev', 'reviewer', 'scribe'];
  for (let minute = 59; minute >= 0; minute--) {
    const busy = 0.6 + Math.sin(minute / 9) ** 2;
    const runs = Math.floor(random() * 5 * busy);
    for (let n = 0; n < runs; n++) {
      world.nowMs = nowMs - minute * 60_000 - Math.floor(random() * 55_000) - 5000;
      world.tookMs = Math.floor(300 + random() ** 3 * 9000);
      const isLimited = minute > 20 && minute < 32 && random() < 0.4;
      const agent = isLimited ? 'reviewer' : (agents[Math.floor(random() * agents.length)] ?? 'scribe');
      const isUnpriced = random() < 0.03;
      await run(isLimited ? limited : calm, random() < 0.04 ? 'nightly' : agent, isUnpriced);
    }
  }
  world.nowMs = nowMs - 150_000;
  world.tookMs = 2100;
  await run(limited, 'reviewer', false);
  const until = new Date(nowMs + 23 * 60_000).toISOString();
  const cooldown = { tool: 'claude-cli', model: 'sonnet', reason: 'overloaded', until };
  writeFileSync(places.cooldowns, JSON.stringify({ version: 1, cooldowns: [cooldown], failures: [] }));
  calm.router.close();
  limited.router.close();
}

/** The same config, in which the preferred tool has reached its limit. */
function withLimit(text: string): string {
  const answer = /responses:\n {6}- \{ text: done, usage: \{ input_tokens: 21034/;
  const failure =
    'responses:\n      - { failure: { type: rate_limit, message: "You have hit your usage limit, try again later" } }\n      - { text: done, usage: { input_tokens: 21034';
  return text.replace(answer, failure);
}

interface FakeTime {
  nowMs: number;
  monotonicMs: number;
  tookMs: number;
}

function routerOf(text: string, places: Places, time: FakeTime) {
  const config = configOf(text);
  const host = realHost();
  // Each look at the clock is a part of the run later.
  const clock = { now: () => time.nowMs, monotonic: () => (time.monotonicMs += time.tookMs / 8) };
  const ledger = ledgerAccess({
    file: places.ledger,
    now: clock.now,
    project: places.project,
    warn: () => undefined,
  });
  const router = createRouter(config, {
    host: {
      ...host,
      clock,
      readFile: async (file: string) => readFileSync(file, 'utf8'),
      redactor: redactorOf(config, {}),
      adapterOf,
    },
    stores: {
      ledger,
      cooldowns: fileCooldowns(`${places.cooldowns}.seed`),
      modelLists: null,
      traces: {
        place: { dir: path.join(places.project, '.llm-router', 'traces') },
        versions: { router: '0.1.0', node: host.nodeVersion, platform: host.platform },
        warn: () => undefined,
        origin: { cwd: places.project, config: [] },
      },
      audit: null,
      telemetry: null,
      runningDir: null,
      isolatedDir: null,
    },
    urgent: new AbortController().signal,
  });
  return { router, ledger, clock, places };
}

async function run(
  { router, clock, places }: ReturnType<typeof routerOf>,
  agent: string,
  isUnpriced: boolean,
): Promise<void> {
  const request = { ...emptyRequest(places.project), agent, prompt: 'Review this change' };
  const planned = await router.plan(
    isUnpriced ? { ...request, agent: 'architect', tool: 'chat-api', model: 'unpriced' } : request,
  );
  if (!planned.ok) throw new Error(planned.error.message);
  const deadline = startDeadline({
    timeoutMs: null,
    timeoutOption: '',
    cancel: [],
    monotonicMs: clock.monotonic,
  });
  await router.complete(planned.value, { deadline });
  deadline.dispose();
}

function configOf(text: string): RouterConfig {
  const file = { file: 'llm-router.yaml', path: '/llm-router.yaml', text };
  const { config, diagnostics } = loadConfig({
    sources: [{ layer: 'explicit', files: [file] }],
    builtIn: builtInLayer(),
    home: '/',
  });
  if (config === null) throw new Error(JSON.stringify(diagnostics));
  return config;
}

/** The same numbers each time, in [0, 1). */
function randomOf(start: number): () => number {
  let state = start;
  return () => {
    state = (state * 16_807) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}
