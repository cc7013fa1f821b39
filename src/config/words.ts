import type { Path } from './tree.js';

const OWNERS: Readonly<Record<string, string>> = {
  agents: 'agent',
  tools: 'tool',
  models: 'model',
  policies: 'policy',
};

/** The entry that a path lies in, as people call it: ``agent `reviewer` ``; `null` outside of entries. */
export function ownerOf(path: Path): string | null {
  const [section, name] = path;
  const word = Object.hasOwn(OWNERS, String(section)) ? OWNERS[String(section)] : undefined;
  return word === undefined || name === undefined ? null : `${word} \`${name}\``;
}

/** A path as people say it: `` `usage.input_tokens` of tool `bot` ``, `` `traces.dir` ``. */
export function describePath(path: Path): string {
  const owner = ownerOf(path);
  if (owner === null) return path.length === 0 ? 'a config' : `\`${dotted(path)}\``;
  return path.length === 2 ? owner : `\`${dotted(path.slice(2))}\` of ${owner}`;
}

/** Keys joined by dots, indexes in brackets. */
export function dotted(path: Path): string {
  return path
    .map((step, index) => (typeof step === 'number' ? `[${step}]` : index === 0 ? step : `.${step}`))
    .join('');
}

/** What kind of value this is, as a message names it. */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return 'empty';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a map';
  if (typeof value === 'string') return `the text \`${clipped(value)}\``;
  return `\`${String(value)}\``;
}

/** A value as it may stand in a message. */
export function clipped(text: string): string {
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
