import path from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { newId } from '../../src/domain/id.js';
import { openLedger } from '../../src/ledger/open-ledger.js';
import { NEWEST } from '../../src/ledger/postgres/schema.js';
import { attemptsOf, invocationOf } from '../ledger/invocations.js';
import { HAS_POSTGRES, type PostgresServer, postgresServer, sql } from '../postgres/server.js';
import { type Rig, rigged } from '../rig/rig.js';

const CONFIG = `version: 1
default_agent: worker
agents: { worker: { preferred_tool: mock } }
`;

/** What `ledger status --json` says. */
async function statusOf(rig: Rig, env: Record<string, string> = {}): Promise<Record<string, unknown>> {
  const { code, stdout } = await rig.run(['ledger', 'status', '--json'], { env });
  return { code, ...(JSON.parse(stdout) as object) };
}

const whereInstalled = HAS_POSTGRES ? describe : describe.skip;

let count = 0;

/** Many more than an import writes at once. */
const RUNS = 5000;

whereInstalled('a shared ledger', () => {
  /** A schema of its own, for the superuser and for a plain user. */
  async function place(): Promise<{
    server: PostgresServer;
    schema: string;
    env: (user: string) => Record<string, string>;
  }> {
    const server = await postgresServer();
    count += 1;
    const schema = `set_up_${process.pid}_${count}`;
    const env = (user: string) => ({
      LLM_ROUTER_LEDGER: `postgres://${user}:Secret-1@127.0.0.1:${server.port}/postgres?schema=${schema}`,
    });
    return { server, schema, env };
  }

  it(
    'is made by its owner, and used by roles with the rights that are named',
    rigged(async (rig) => {
      rig.write(
        'llm-router.yaml',
        `${CONFIG}policies: { default: { budget: { daily_usd: 1, limit: { type: hard } } } }\n`,
      );
      const { server, schema, env } = await place();
      sql(server, `CREATE ROLE ${schema}_user LOGIN`);
      const [owner, user] = [env('owner'), env(`${schema}_user`)];
      const early = await rig.run(['ledger', 'migrate'], { env: user });
      expect(early.code).toBe(66);
      expect(early.stderr).toContain('may not make or change the schema');
      expect((await rig.run(['ledger', 'migrate', '--check'], { env: user })).code).toBe(66);
      expect(await statusOf(rig, owner)).toMatchObject({ code: 0, schema_version: 0, trouble: null });
      expect((await rig.run(['ledger', 'migrate', '--check'], { env: owner })).code).toBe(1);
      const made = await rig.run(['ledger', 'migrate', '--json'], { env: owner });
      expect(JSON.parse(made.stdout)).toMatchObject({ from: 0, to: NEWEST, done: true });
      expect(made.stdout).not.toContain('Secret-1');
      const doctor = await rig.run(['doctor', '--json'], { env: user });
      const { rows } = JSON.parse(doctor.stdout) as {
        rows: { check: string; status: string; fix: string }[];
      };
      const row = rows.find(({ check }) => check === 'ledger');
      expect(row?.status).toBe('fail');
      const grants = (row?.fix ?? '').split('\n').filter((line) => line.startsWith('GRANT'));
      expect(grants).toHaveLength(2);
      expect(await statusOf(rig, user)).toMatchObject({ code: 66, trouble: { kind: 'no_rights' } });
      sql(server, grants[0] ?? '');
      expect(await statusOf(rig, user)).toMatchObject({ code: 66, trouble: { kind: 'no_rights' } });
      sql(server, grants[1] ?? '');
      expect(await statusOf(rig, user)).toMatchObject({
        code: 0,
        may_write: true,
        trouble: null,
        server: { role: `${schema}_user`, may_migrate: false },
      });
      const healthy = await rig.run(['doctor'], { env: user });
      expect(healthy.stdout).toMatch(/ok +spending .*, PostgreSQL \d+\S* as `\w+`, answers in \d+ ms/);
      expect(healthy.stdout + healthy.stderr).not.toContain('Secret-1');
      sql(server, `DROP OWNED BY ${schema}_user; DROP ROLE ${schema}_user`);
    }),
  );

  it(
    'that only reads, or has a newer schema, is told by status and doctor',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', CONFIG);
      const { server, schema, env } = await place();
      await rig.run(['ledger', 'migrate'], { env: env('owner') });
      const options = '&options=-c%20default_transaction_read_only%3Don';
      const reads = { LLM_ROUTER_LEDGER: env('owner').LLM_ROUTER_LEDGER + options };
      expect(await statusOf(rig, reads)).toMatchObject({
        code: 66,
        trouble: { kind: 'read_only' },
        invocations: 0,
      });
      expect((await rig.run(['doctor'], { env: reads })).stdout).toMatch(
        /warn +spending .* can only be read/,
      );
      sql(server, `INSERT INTO ${schema}.schema_migrations VALUES (99, now())`);
      expect(await statusOf(rig, env('owner'))).toMatchObject({ code: 66, trouble: { kind: 'newer' } });
      for (const args of [['migrate'], ['migrate', '--check']])
        expect((await rig.run(['ledger', ...args], { env: env('owner') })).code).toBe(66);
    }),
  );

  it(
    'takes in the runs of the file, each once',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', CONFIG);
      const { server, schema, env } = await place();
      const none = await rig.run(['ledger', 'import'], { env: env('owner') });
      expect(none).toMatchObject({ code: 66, stderr: expect.stringContaining('there is no ledger `') });
      for (const prompt of ['one', 'two']) await rig.run(['exec', prompt]);
      await rig.run(['ledger', 'migrate']);
      await rig.run(['exec', 'three']);
      const imported = async () => {
        const { stdout } = await rig.run(['ledger', 'import', '--json'], { env: env('owner') });
        return JSON.parse(stdout) as Record<string, unknown>;
      };
      expect(await imported()).toMatchObject({ imported: { runs: 3, attempts: 3 }, known: 0, unfinished: 0 });
      await rig.run(['exec', 'four']);
      expect(await imported()).toMatchObject({ imported: { runs: 1, attempts: 1 }, known: 3 });
      const stats = await rig.run(['stats', '--json'], { env: env('owner') });
      expect(JSON.parse(stats.stdout)).toMatchObject({ total: { invocations: 4 } });
      sql(server, `UPDATE ${schema}.upkeep SET rows_since = '9999-01-01'; DELETE FROM ${schema}.invocations`);
      expect(await imported()).toMatchObject({ imported: { runs: 0 }, known: 0, too_old: 4 });
    }),
  );

  it(
    'counts each run once where the import is killed again and again',
    rigged(
      async (rig) => {
        rig.write('llm-router.yaml', CONFIG);
        const { server, schema, env } = await place();
        const file = path.join(rig.home, 'old.db');
        const runs = await filled(file, RUNS);
        let kills = 0;
        for (let isOver = false; !isOver; ) {
          const before = await rowsIn(server, schema);
          const importing = rig.start(['ledger', 'import', file, '--json'], { env: env('owner') });
          void importing.done.then(() => {
            isOver = true;
          });
          // Killed as soon as it has written something, until there is too little left for that.
          while (!isOver && (await rowsIn(server, schema)) === before) await turn();
          if (!isOver) {
            importing.kill('SIGKILL');
            await importing.done;
            isOver = false;
            kills += 1;
            continue;
          }
          const { code, stdout } = await importing.done;
          expect(code).toBe(0);
          const { imported, known } = JSON.parse(stdout) as { imported: { runs: number }; known: number };
          expect(imported.runs + known).toBe(runs.count);
        }
        expect(kills).toBeGreaterThan(0);
        const sum = `SELECT sum(micro_usd) FROM ${schema}.spend WHERE scope = 'team'`;
        expect(Number(sql(server, sum))).toBe(runs.microUsd);
        expect(Number(sql(server, `SELECT sum(invocations) FROM ${schema}.daily_usage`))).toBe(RUNS);
        expect(Number(sql(server, `SELECT sum(charged_micro_usd) FROM ${schema}.daily_usage`))).toBe(
          runs.endedMicroUsd,
        );
        expect(Number(sql(server, `SELECT count(*) FROM ${schema}.attempts WHERE closed = 0`))).toBe(10);
      },
      { deadlineMs: 100_000 },
    ),
    110_000,
  );
});

/** How many rows an import has written so far; 0 where there is no schema yet. */
async function rowsIn(server: PostgresServer, schema: string): Promise<number> {
  if (sql(server, `SELECT to_regclass('${schema}.invocations') IS NULL`) === 't') return 0;
  return Number(sql(server, `SELECT count(*) FROM ${schema}.invocations`));
}

/** A ledger file with so many runs of two attempts, and ten that were killed after their first. */
async function filled(
  file: string,
  ended: number,
): Promise<{ count: number; microUsd: number; endedMicroUsd: number }> {
  const opened = await openLedger({ file, now: Date.now });
  if (!opened.ok) throw new Error(opened.error.message);
  const ids = Array.from({ length: ended + 10 }, (_, index) =>
    newId(Date.UTC(2026, 9, 1) + index, Math.random),
  );
  const records = ids.map((id, index) => {
    const known = { model: 'm', tokens: null, failure: null };
    const sample = {
      id,
      day: `2026-10-${String(1 + (index % 28)).padStart(2, '0')}`,
      agent: 'a',
      session: null,
      tags: {},
      latencyMs: 5,
      fallback: false,
      tries: [
        { ...known, tool: 'x', microUsd: index },
        { ...known, tool: 'y', microUsd: 1 },
      ],
      compared: null,
    };
    const attempts = attemptsOf(sample);
    if (index >= ended) return { attempts: attempts.slice(0, 1), invocation: null };
    return { attempts, invocation: invocationOf(sample) };
  });
  const kept = await opened.value.keep(records);
  opened.value.close();
  if (!kept.ok) throw new Error(kept.error.message);
  const costs = records.flatMap(({ attempts, invocation }) =>
    attempts.map((one) => ({ microUsd: one.counted_micro_usd, isEnded: invocation !== null })),
  );
  const total = (some: typeof costs) => some.reduce((sum, { microUsd }) => sum + microUsd, 0);
  return {
    count: ids.length,
    microUsd: total(costs),
    endedMicroUsd: total(costs.filter(({ isEnded }) => isEnded)),
  };
}
