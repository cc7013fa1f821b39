import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { readLedger } from '../../src/ledger/open-ledger.js';
import { openDatabase } from '../../src/ledger/sqlite.js';
import { scopesOf } from '../../src/policy/spend-limits.js';
import { type Rig, rigged } from '../rig/rig.js';
import type { Running } from '../rig/run.js';
import { paid, today } from './money.js';

const PROCESSES = 32;
const ROOM = 10;
const LIMIT_MICRO_USD = 5_000_000;
const ROUNDS = 20;

/** Each run costs all of its cap, 0.50: ten fit. */
const BUDGET = '{ daily_usd: 5, limit: { type: hard } }';

describe(`${PROCESSES} processes at once against a hard budget with room for ${ROOM}`, () => {
  it(
    `run exactly ${ROOM} times, and every sum is right`,
    rigged(async (rig) => {
      prepare(rig);
      const ended = await Promise.all(startAll(rig).map(({ done }) => done));
      const codes = ended.map(({ code }) => code);
      expect([codes.filter((code) => code === 0).length, codes.filter((code) => code === 79).length]).toEqual(
        [ROOM, PROCESSES - ROOM],
      );
      expect(callsIn(rig)).toBe(ROOM);
      expect(await today(rig)).toMatchObject({ invocations: PROCESSES, cost_usd: 5, held: { runs: 0 } });
      expect(await integrity(rig)).toEqual(['ok']);
    }),
  );

  for (let round = 1; round <= ROUNDS; round++) {
    it(
      `never exceed it while they are killed at any moment, and leave no money stuck (round ${round})`,
      rigged(async (rig) => {
        prepare(rig);
        const random = randomFrom(round);
        const running = startAll(rig);
        const victims = running.filter(() => random() < 0.5);
        const killing = victims.map(async (victim) => {
          await delay(random() * 2500);
          victim.kill('SIGKILL');
        });
        const all = Promise.all([...killing, ...running.map(({ done }) => done)]);
        await watch(rig, all);
        const limited = paid('{ daily_usd: 1000, limit: { type: hard } }');
        rig.write('later.yaml', limited.replace('bot-cli', path.join(rig.bin, 'bot-cli')));
        expect((await rig.run(['exec', '--config', 'later.yaml', 'once more'])).code).toBe(0);
        const report = await today(rig);
        expect(report.held).toEqual({ runs: 0, usd: 0 });
        const [settled, reserved] = await sums(rig);
        expect(reserved).toBe(0);
        expect(settled).toBeLessThanOrEqual(LIMIT_MICRO_USD + 500_000);
        // Every paid call is in the sum: the ledger never counts less than was called.
        expect(settled).toBeGreaterThanOrEqual(callsIn(rig) * 500_000);
        expect(await integrity(rig)).toEqual(['ok']);
      }),
    );
  }
});

function prepare(rig: Rig): void {
  rig.write('llm-router.yaml', paid(BUDGET));
  const calls = path.join(rig.project, 'calls');
  writeFileSync(calls, '');
  const answer = `read line; echo x >> ${calls}; echo '{"text":"ok","cost":0.5}'`;
  writeFileSync(path.join(rig.bin, 'bot-cli'), `#!/bin/sh\n${answer}\n`, { mode: 0o755 });
}

function startAll(rig: Rig): Running[] {
  return Array.from({ length: PROCESSES }, () => rig.start(['exec', 'hello']));
}

function callsIn(rig: Rig): number {
  return readFileSync(path.join(rig.project, 'calls'), 'utf8').split('\n').length - 1;
}

/** Polls the sums until all processes are done: they may never exceed the limit. */
async function watch(rig: Rig, all: Promise<unknown>): Promise<void> {
  let isOver = false;
  const over = all.finally(() => {
    isOver = true;
  });
  while (!isOver) {
    const [settled, reserved] = await sums(rig);
    expect(settled + reserved).toBeLessThanOrEqual(LIMIT_MICRO_USD);
    await new Promise(setImmediate);
  }
  await over;
}

async function sums(rig: Rig): Promise<[settled: number, reserved: number]> {
  const [scope = ''] = scopesOf({ project: '', policy: 'default', agent: null });
  const period = new Date().toISOString().slice(0, 10);
  const spend = await readLedger({ file: fileOf(rig), now: Date.now }, (ledger) =>
    ledger.spend([{ scope, period }]),
  );
  if (!spend.ok) throw new Error(spend.error.message);
  return [spend.value?.[0]?.settledMicroUsd ?? 0, spend.value?.[0]?.reservedMicroUsd ?? 0];
}

async function integrity(rig: Rig): Promise<unknown[]> {
  const db = await openDatabase(fileOf(rig));
  const rows = db?.all('PRAGMA integrity_check') ?? [];
  db?.close();
  return rows.map((row) => row.integrity_check);
}

function fileOf(rig: Rig): string {
  return path.join(rig.data, 'llm-router', 'ledger.db');
}

/** A seeded generator (mulberry32), so that a round can be repeated. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
