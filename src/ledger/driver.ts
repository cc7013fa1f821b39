/** A value of a column or parameter; sums are whole numbers below 2^53. */
export type SqlValue = string | number | null;
export type Row = Readonly<Record<string, SqlValue>>;

/** A prepared statement of a driver. */
export interface Statement {
  run(...values: SqlValue[]): { changes: number | bigint };
  all(...values: SqlValue[]): Row[];
}

/** An open database of a driver. */
export interface Driver {
  exec(sql: string): void;
  prepare(sql: string): Statement;
  close(): void;
}
