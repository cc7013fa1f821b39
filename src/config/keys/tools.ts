import { COMMAND } from './command-tools.js';
import { CUSTOM } from './custom-tools.js';
import { HTTP } from './http-tools.js';
import type { AnyKey, Keys } from './key.js';
import { MOCK } from './mock-tools.js';

/** The kinds of tools. */
export type ToolKind = 'command' | 'http' | 'mock' | 'custom';

/** The keys of an entry of `tools`, by its kind. */
export const TOOL: Readonly<Record<ToolKind, Keys>> = {
  command: COMMAND,
  http: HTTP,
  mock: MOCK,
  custom: CUSTOM,
};

/** The kind of an entry, whose `kind` may be absent or wrong. */
export function kindOfTool(kind: unknown): ToolKind {
  return kind === 'http' || kind === 'mock' || kind === 'custom' ? kind : 'command';
}

/** The keys of all kinds: one schema checks them, and a rule finds those of another kind. */
export const ANY_TOOL: Keys = Object.fromEntries(
  Object.keys({ ...COMMAND, ...HTTP, ...MOCK, ...CUSTOM }).map((name) => [name, ofAllKinds(name)]),
);

/** The key as the first kind defines it that has it. Defaults that differ become part of the description. */
function ofAllKinds(name: string): AnyKey {
  const kinds = Object.entries(TOOL).flatMap(([kind, keys]) =>
    keys[name] === undefined ? [] : [{ kind, key: keys[name], value: keys[name].defaultIn({}) }],
  );
  const [first] = kinds;
  if (first === undefined) throw new Error(`no kind of tool has the key ${name}`);
  if (kinds.every(({ value }) => value === first.value)) return first.key;
  const list = kinds.map(({ kind, value }) => `${kind}: ${String(value)}`).join(', ');
  return first.key.withoutDefault(` [${list}]`);
}
