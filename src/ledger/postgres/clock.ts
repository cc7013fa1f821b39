/** An expression for the time of the database, ms since the epoch. */
export const DATABASE_NOW = '(floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint)';

/** An expression for the UTC day of a time, `2026-11-20`. */
export function dayAt(ms: string): string {
  return `to_char(to_timestamp(${ms} / 1000.0) AT TIME ZONE 'UTC', 'YYYY-MM-DD')`;
}
