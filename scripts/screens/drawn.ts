import headless from '@xterm/headless';

/** More than any screen has. */
const MOST_ROWS = 200;

/** A terminal that has received this text. */
export async function terminal(
  text: string,
  { columns: cols, rows, theme }: { columns: number; rows: number; theme?: Readonly<Record<string, string>> },
): Promise<headless.Terminal> {
  const made = new headless.Terminal({ cols, rows, allowProposedApi: true, theme: theme ?? {} });
  await new Promise<void>((resolve) => made.write(text, resolve));
  return made;
}

/** What a terminal shows that has received this text, without colours. */
export async function drawn(text: string, columns: number): Promise<string> {
  const { buffer } = await terminal(text, { columns, rows: MOST_ROWS });
  const lines = Array.from(
    { length: MOST_ROWS },
    (_, row) => buffer.active.getLine(row)?.translateToString(true) ?? '',
  );
  return lines.join('\n').trimEnd();
}
