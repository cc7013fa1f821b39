import { toUsd } from '../../domain/cost.js';
import { formatDuration } from '../../domain/duration.js';
import { dollars } from '../../domain/money.js';
import type { Finding, HealthContext, HealthItem, LedgerState } from '../context.js';

/** Whether spend can be recorded; otherwise a hard limit refuses every tool billed per token. */
export function checkLedger({ config, ledger }: HealthContext): HealthItem[] {
  if (ledger === null) return [];
  const budgets = Object.values(config.policies).flatMap((policy) => policy.budgets);
  const isNeeded = budgets.some(({ isHard }) => isHard);
  return [{ check: 'ledger', subject: 'spending', ask: () => finding(ledger, isNeeded) }];
}

/** A clock that is less wrong than this is not worth a word: the database's counts, ms. */
const WRONG_CLOCK_MS = 60_000;

function finding(state: LedgerState, isNeeded: boolean): Finding {
  const { file, held, server, trouble } = state;
  const data = {
    file,
    held_runs: held.runs,
    held_usd: toUsd(held.microUsd),
    ...(server === null ? {} : { server: serverData(server) }),
  };
  if (trouble !== null) {
    return { status: isNeeded ? 'fail' : 'warn', detail: trouble.message, fix: trouble.hint, data };
  }
  const detail = `${file}${serverWords(server)}${heldWords(held)}`;
  const wrongBy = server === null ? 0 : Math.abs(server.clockAheadMs);
  if (server === null || wrongBy < WRONG_CLOCK_MS) return { status: 'ok', detail, fix: null, data };
  const which = server.clockAheadMs > 0 ? 'behind' : 'ahead of';
  return {
    status: 'warn',
    detail: `${detail}; the clock of this machine is ${formatDuration(wrongBy)} ${which} that of the database, by which budgets count`,
    fix: 'set the clock of whichever is wrong: `timedatectl set-ntp true`',
    data,
  };
}

function serverWords(server: LedgerState['server']): string {
  if (server === null) return '';
  const { version, role, roundTripMs, schemaVersion } = server;
  const schema = schemaVersion === 0 ? ', its schema is made by the first run' : '';
  return `, PostgreSQL ${version} as \`${role}\`, answers in ${Math.max(1, Math.round(roundTripMs))} ms${schema}`;
}

function heldWords({ runs, microUsd }: LedgerState['held']): string {
  if (runs === 0) return '';
  return `, ${runs} unfinished ${runs === 1 ? 'run reserves' : 'runs reserve'} ${dollars(microUsd)}`;
}

function serverData(server: NonNullable<LedgerState['server']>) {
  return {
    version: server.version,
    role: server.role,
    schema_version: server.schemaVersion,
    read_only: server.isReadOnly,
    clock_ahead_ms: server.clockAheadMs,
    round_trip_ms: Math.round(server.roundTripMs),
  };
}
