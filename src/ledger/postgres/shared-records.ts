import type { AuditDocument } from '../../domain/audit.js';
import type { FailureType } from '../../domain/failure.js';
import { ok, type Result } from '../../domain/result.js';
import type { CooldownState } from '../../policy/cooldown.js';
import type { SharedAuditDocument, SharedAuditQuery, SharedRecords } from '../shared-records.js';
import type { AuditRow } from '../stored.js';
import type { LedgerTrouble } from '../trouble.js';
import { rowCondition } from './condition.js';
import type { Transaction } from './transaction.js';

type Ask = <T>(work: (tx: Transaction) => Promise<T>) => Promise<Result<T, LedgerTrouble>>;

/** The cooldowns and audit lines of a shared ledger; `change` runs one after the other. */
export function sharedRecords({
  read,
  report,
  change,
}: Record<'read' | 'report' | 'change', Ask>): SharedRecords {
  return {
    cooldowns: () => read(cooldownsIn),
    changeCooldowns: async (next) => {
      // As a rule nothing changes, and then nothing waits.
      const seen = await read(cooldownsIn);
      if (!seen.ok || next(seen.value) === seen.value) return seen.ok ? ok(undefined) : seen;
      return change(async (tx) => {
        const before = await cooldownsIn(tx);
        const after = next(before);
        if (after !== before) replaceCooldowns(tx, after);
      });
    },
    audit: (query) => report((tx) => auditIn(tx, query)),
  };
}

/** A tool without models is stored with an empty one. */
async function cooldownsIn(tx: Transaction): Promise<CooldownState> {
  const [cooldowns, failures] = await Promise.all([
    tx.all('SELECT * FROM cooldowns ORDER BY tool, model'),
    tx.all('SELECT * FROM cooldown_failures ORDER BY at_ms, tool, model'),
  ]);
  const modelOf = (model: unknown) => (model === '' ? null : String(model));
  return {
    cooldowns: cooldowns.map((row) => ({
      tool: String(row.tool),
      model: modelOf(row.model),
      reason: String(row.reason) as FailureType,
      untilMs: Number(row.until_ms),
    })),
    failures: failures.map((row) => ({
      tool: String(row.tool),
      model: modelOf(row.model),
      atMs: Number(row.at_ms),
    })),
  };
}

/** There are few: all are written anew. */
function replaceCooldowns(tx: Transaction, { cooldowns, failures }: CooldownState): void {
  tx.run('DELETE FROM cooldowns');
  tx.run('DELETE FROM cooldown_failures');
  for (const { tool, model, reason, untilMs } of cooldowns)
    tx.run(
      `INSERT INTO cooldowns (tool, model, reason, until_ms) VALUES ($1, $2, $3, $4)
        ON CONFLICT (tool, model) DO UPDATE SET reason = excluded.reason,
          until_ms = greatest(cooldowns.until_ms, excluded.until_ms)`,
      tool,
      model ?? '',
      reason,
      untilMs,
    );
  for (const { tool, model, atMs } of failures)
    tx.run('INSERT INTO cooldown_failures (tool, model, at_ms) VALUES ($1, $2, $3)', tool, model ?? '', atMs);
}

/** Adds lines of the audit log; repeating it changes nothing. */
export function addAudit(tx: Transaction, rows: readonly AuditRow[]): void {
  for (const { id, at_ms: atMs, day, host, user, project, agent, tool, model, document } of rows)
    tx.run(
      `INSERT INTO audit (id, at_ms, day, host, os_user, project, agent, tool, model, document)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (id) DO NOTHING`,
      ...[id, atMs, day, host, user, project, agent, tool, model, document],
    );
}

async function auditIn(tx: Transaction, query: SharedAuditQuery): Promise<SharedAuditDocument[]> {
  const { last, sinceMs, ...filter } = query;
  const rows = await tx.all(
    `SELECT host, os_user, document FROM audit WHERE at_ms >= $1${rowCondition(filter)}
      ORDER BY at_ms DESC, id DESC LIMIT $2`,
    sinceMs ?? 0,
    last,
  );
  return rows.map(({ host, os_user: user, document }) => ({
    ...(JSON.parse(String(document)) as AuditDocument),
    host: String(host),
    user: String(user),
  }));
}
