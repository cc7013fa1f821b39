/** Rows as CSV (RFC 4180, lines end in LF). */
export function csvLines(rows: readonly (readonly string[])[]): string {
  return rows.map((cells) => `${cells.map(quoted).join(',')}\n`).join('');
}

/** A text that a spreadsheet would take for a formula stands behind an apostrophe, and is then a text there. Some read wide signs too. */
function quoted(value: string): string {
  const cell =
    /^\s*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/.test(value) && !/^-?[\d.]+$/.test(value)
      ? `'${value}`
      : value;
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
