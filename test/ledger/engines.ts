import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from '@jest/globals';
import type { Ledger } from '../../src/ledger/ledger.js';
import { openFile } from '../../src/ledger/open.js';
import type { Database } from '../../src/ledger/sqlite.js';
import { sqliteLedger } from '../../src/ledger/sqlite-ledger.js';
import { HAS_POSTGRES } from '../postgres/server.js';
import { IS_SOAK } from '../soak.js';
import { postgresBench } from './postgres/bench.js';

/** A ledger with simulated processes that may die, and a clock that may jump. */
export interface Bench {
  /** The connection of the process with that name. */
  as(owner: string): Promise<Ledger>;
  /** Ends the process, visibly to all others. */
  kill(owner: string): void;
  nowMs: number;
  /** Processes visible to all others, which need no heartbeat. */
  seen: Set<string>;
  /** Findings of the engine's own integrity check. */
  faults(): string[] | Promise<string[]>;
  dispose(): void;
}

/** An engine that has to pass the suite. */
export interface Engine {
  name: string;
  make: () => Bench;
  /** On how many benches schedules are played at the same time: while a server works, the others go on. */
  lanes: number;
}

/** Every engine; a new one is one line. PostgreSQL takes seconds to begin in each file, so it is left to the soak. */
export const ENGINES: readonly Engine[] = [
  { name: 'SQLite', make: sqliteBench, lanes: 1 },
  ...(HAS_POSTGRES && IS_SOAK ? [{ name: 'PostgreSQL', make: postgresBench, lanes: 4 }] : []),
];

/** Plays so many schedules on benches of this engine, and then asks each bench for faults. */
export async function onBenches(
  { make, lanes }: Engine,
  count: number,
  playSome: (bench: Bench, numRuns: number) => Promise<void>,
): Promise<void> {
  const lane = async (): Promise<void> => {
    const bench = make();
    try {
      await playSome(bench, Math.ceil(count / lanes));
      expect(await bench.faults()).toEqual([]);
    } finally {
      bench.dispose();
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}

/** A bench with its own database file. */
export function sqliteBench(): Bench {
  const folder = mkdtempSync(path.join(tmpdir(), 'llm-ledger-'));
  const file = path.join(folder, 'data', 'ledger.db');
  const dead = new Set<string>();
  const open = new Map<string, { ledger: Ledger; db: Database }>();
  const bench: Bench = {
    nowMs: Date.UTC(2026, 10, 20, 12),
    seen: new Set(),
    as: async (owner) => {
      const known = open.get(owner);
      if (known !== undefined) return known.ledger;
      const db = await openFile(file);
      if (!db.ok) throw new Error(db.error.message);
      const world = {
        file,
        now: () => bench.nowMs,
        owner,
        warn: () => {},
        livenessOf: (other: string) =>
          dead.has(other)
            ? ('dead' as const)
            : bench.seen.has(other)
              ? ('alive' as const)
              : ('unknown' as const),
      };
      const ledger = sqliteLedger(db.value, world);
      open.set(owner, { ledger, db: db.value });
      return ledger;
    },
    kill: (owner) => {
      dead.add(owner);
      open.get(owner)?.db.close();
      open.delete(owner);
    },
    faults: () => {
      const [connection] = open.values();
      const rows = connection?.db.all('PRAGMA integrity_check') ?? [];
      return rows.flatMap((row) => (row.integrity_check === 'ok' ? [] : [String(row.integrity_check)]));
    },
    dispose: () => {
      for (const { db } of open.values()) db.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return bench;
}
