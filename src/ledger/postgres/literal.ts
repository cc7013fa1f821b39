/** A value as it is handed to the server. */
export type Given = string | number | boolean | null | readonly (string | number | null)[];

/** A statement with `$1`, `$2`, … for its values. */
export interface Statement {
  sql: string;
  values: readonly Given[];
}

/**
 * The text of a statement with its values in place. Statements go to the server as texts, several in one message: so a transaction takes
 * two round trips, and a pooler that hands the next transaction to another connection of the server (PgBouncer) finds nothing prepared.
 */
export function textOf({ sql, values }: Statement): string {
  return sql.replace(/\$(\d+)/g, (_, place: string) => {
    const value = values[Number(place) - 1];
    if (value === undefined) throw new Error(`a statement has no value for $${place}`);
    return literal(value);
  });
}

/** A value as a part of a statement. */
export function literal(value: Given): string {
  if (value === null) return 'NULL';
  if (typeof value === 'boolean') return value ? 'true' : 'false';
  if (typeof value === 'number') return numberLiteral(value);
  if (typeof value === 'string') return quoted(value);
  return `ARRAY[${value.map(literal).join(',')}]`;
}

function numberLiteral(value: number): string {
  if (!Number.isFinite(value)) throw new Error(`${value} is no number of a database`);
  return value < 0 ? `(${value})` : String(value);
}

/**
 * A quoted text (https://www.postgresql.org/docs/current/sql-syntax-lexical.html). Backslashes are doubled in an `E` text, which means the
 * same whatever `standard_conforming_strings` says, and what looks like the place of a value is written by its number, so that a text with
 * values in place may become a part of another statement. PostgreSQL has no NUL character.
 */
function quoted(text: string): string {
  const plain = text.replaceAll('\0', '\uFFFD').replaceAll("'", "''");
  if (!/\\|\$\d/.test(plain)) return `'${plain}'`;
  return ` E'${plain.replaceAll('\\', '\\\\').replace(/\$(?=\d)/g, '\\044')}'`;
}

/** A name of a schema or table, quoted. */
export function quotedName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
