const COUNTERS = [
  'input_tokens',
  'cache_read_tokens',
  'cache_write_tokens',
  'cache_write_1h_tokens',
  'output_tokens',
  'reasoning_tokens',
  'total_tokens',
  'charged_micro_usd',
  'list_micro_usd',
];

/** Far more than one run can use; the sums of ten thousand such rows still fit a column. */
const MOST = 100_000_000_000_000;

/**
 * No row holds a figure that cannot be true: a negative cost would give a budget back, and an absurd one would end every sum. Columns
 * that exist get no CHECK in SQLite, so triggers stand for it.
 */
export const BOUNDS = [
  bounded('invocations', COUNTERS),
  bounded('attempts', [...COUNTERS, 'counted_micro_usd', 'reserved_micro_usd', 'overrun_micro_usd']),
  bounded('reservations', ['micro_usd', 'seen_micro_usd']),
].join('');

function bounded(table: string, columns: readonly string[]): string {
  const isWrong = columns.map((column) => `new.${column} NOT BETWEEN 0 AND ${MOST}`).join(' OR ');
  return ['INSERT', 'UPDATE']
    .map(
      (action) => `
CREATE TRIGGER ${table}_bounded_on_${action.toLowerCase()} BEFORE ${action}${action === 'UPDATE' ? ` OF ${columns.join(', ')}` : ''} ON ${table} WHEN ${isWrong}
BEGIN SELECT RAISE(ABORT, 'a figure that cannot be true'); END;`,
    )
    .join('');
}
