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

/** The driver, which prepares every statement once. */
export function remembering(driver: Driver): Driver {
  const statements = new Map<string, Statement>();
  return {
    exec: (sql) => driver.exec(sql),
    prepare: (sql) => {
      const statement = statements.get(sql) ?? driver.prepare(sql);
      statements.set(sql, statement);
      return statement;
    },
    close: () => {
      statements.clear(); // they would keep the file of libsql open
      driver.close();
    },
  };
}
