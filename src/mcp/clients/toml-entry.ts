import { type EntryFormat, SERVER_NAME } from './client.js';

/** Entries of a config in TOML, each a table; its own client writes it. */
export function tomlFormat(table: string): EntryFormat {
  return {
    commandIn: (text) => {
      const lines = bodyOf(text, table);
      if (lines === null) return null;
      const command = writtenAt(lines, 'command');
      const args = writtenAt(lines, 'args');
      return [command, args].flat().flatMap((word) => (typeof word === 'string' ? [word] : []));
    },
    print: ([command, ...args]) =>
      [
        `[${table}.${SERVER_NAME}]`,
        `command = ${JSON.stringify(command)}`,
        `args = [${args.map((arg) => JSON.stringify(arg)).join(', ')}]`,
        '',
      ].join('\n'),
  };
}

/** The text below the head of our table, to the next head; `null`: there is none. */
function bodyOf(text: string, table: string): string | null {
  const head = new RegExp(
    `^[ \\t]*\\[[ \\t]*${table}[ \\t]*\\.[ \\t]*(["']?)${SERVER_NAME}\\1[ \\t]*\\][^\\n]*\\n`,
    'm',
  );
  const found = head.exec(text);
  if (found === null) return null;
  const rest = text.slice(found.index + found[0].length);
  const end = rest.search(/^[ \t]*\[/m);
  return end < 0 ? rest : rest.slice(0, end);
}

/** Texts and lists of texts are mostly written as in JSON; of others the value is unknown. */
function writtenAt(body: string, key: string): unknown {
  const found = new RegExp(`^[ \\t]*${key}[ \\t]*=[ \\t]*("[^\\n]*"|\\[[^\\]]*\\])`, 'm').exec(body);
  try {
    return JSON.parse((found?.[1] ?? 'null').replace(/,\s*\]$/, ']'));
  } catch {
    return null;
  }
}
