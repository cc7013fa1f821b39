import { describe, expect, it } from '@jest/globals';
import { CONFIG } from '../../src/config/keys/config.js';
import type { AnyKey, Inner, Keys } from '../../src/config/keys/key.js';
import { TOOL } from '../../src/config/keys/tools.js';
import { type Layer, mergeLayers } from '../../src/config/layers.js';
import type { Path, Tree } from '../../src/config/tree.js';
import { trustedValues, whatItAllows } from '../../src/config/trust-part.js';

/** A config with every key, each with a value that no other key has, and its values by their paths. */
interface Everything {
  value: unknown;
  leaves: Leaf[];
}

interface Leaf {
  path: Path;
  value: string;
  isHarmless: boolean;
}

/** Makes each value another. */
let count = 1000;

describe('the question of trust', () => {
  const everything = ofKeys(CONFIG, [], false);
  const lines = asked(everything.value as Tree);

  it('shows every value of a config with every key, in full, where it is not harmless', () => {
    const wanted = everything.leaves.filter(({ isHarmless }) => !isHarmless);
    expect(wanted.length).toBeGreaterThan(250);
    expect(wanted.filter(({ value }) => !lines.some((line) => holds(line, value)))).toEqual([]);
  });

  it('shows no value that may change without a question', () => {
    const harmless = everything.leaves.filter(({ isHarmless }) => isHarmless);
    expect(harmless.length).toBeGreaterThan(5);
    expect(harmless.filter(({ value }) => lines.some((line) => holds(line, value)))).toEqual([]);
  });

  it.each<[what: string, tool: Tree, line: string]>([
    ['a program that its template does not name', { binary: './evil', command_template: 'go' }, './evil go'],
    ['a program whose name holds blanks', { binary: 'a b', args: ['c'] }, '"a b" c'],
    [
      'a program with the marks of a replacement',
      { binary: "$'$&", command_template: '{binary} go' },
      `"$'$&" go`,
    ],
    ['an argument that ends a line', { binary: 'a', args: ['b\nc', '\u001b[2K'] }, 'a "b\\nc" \\u001b[2K'],
    [
      'an address with characters that are not seen',
      { binary: 'a', args: ['x\u200b.\u00ady\ufe0f'] },
      'a x\\u200b.\\u00ady\\ufe0f',
    ],
    ['a program that reorders the line', { binary: 'a\u202ec', args: [] }, 'a\\u202ec'],
  ])('shows %s', (_, tool, line) => {
    expect(asked({ tools: { t: tool } })).toContain(`tool t: ${line}`);
  });

  it('shows the variables whose values a command tool keeps or loses', () => {
    const shown = asked({ tools: { t: { binary: 'a', args: [], api_key_env: ['AWS_KEY'] } } });
    expect(shown).toContain('sends tools.t.api_key_env: [AWS_KEY]');
  });
});

function asked(value: Tree): string[] {
  const layer: Layer = { name: 'project', value, sources: [], place: () => null, aliasOf: () => null };
  return whatItAllows(mergeLayers([layer]), trustedValues(value));
}

/** Whether a line holds a value that is not part of a longer word. */
function holds(line: string, value: string): boolean {
  return new RegExp(`(?<![\\w-])${value}(?![\\w])`).test(line);
}

function ofKeys(keys: Keys, path: Path, isHarmless: boolean): Everything {
  const entries = Object.entries(keys).map(([name, key]) => {
    const made =
      path.length === 0 && name === 'tools' ? toolsOfEveryKind() : ofKey(key, [...path, name], isHarmless);
    return [name, made] as const;
  });
  return {
    value: Object.fromEntries(entries.map(([name, { value }]) => [name, value])),
    leaves: entries.flatMap(([, { leaves }]) => leaves),
  };
}

function toolsOfEveryKind(): Everything {
  const { args: _, ...withTemplate } = TOOL.command;
  const { command_template: __, ...withArgs } = TOOL.command;
  const kinds = { ...TOOL, command: withTemplate, list: withArgs };
  const tools = Object.entries(kinds).map(([name, { kind: ___, ...keys }]) => {
    const { value, leaves } = ofKeys(keys, ['tools', name], false);
    return { name, value: { kind: name === 'list' ? 'command' : name, ...(value as Tree) }, leaves };
  });
  return {
    value: Object.fromEntries(tools.map(({ name, value }) => [name, value])),
    leaves: tools.flatMap(({ leaves }) => leaves),
  };
}

function ofKey({ definition }: AnyKey, path: Path, around: boolean): Everything {
  const isHarmless = definition.effect === undefined ? around : definition.effect === 'harmless';
  const inner = definition.inner === undefined ? null : ofInner(definition.inner, path, isHarmless);
  if (inner !== null) return inner;
  count++;
  const type = [definition.schema.type].flat()[0];
  const value = type === 'integer' || type === 'number' ? count : `value-${count}`;
  const leaf = { path, value: String(value), isHarmless };
  return { value: type === 'array' ? [value] : value, leaves: [leaf] };
}

function ofInner(inner: Inner, path: Path, isHarmless: boolean): Everything {
  switch (inner.kind) {
    case 'map':
      return ofKeys(inner.keys, path, isHarmless);
    case 'entries': {
      const { value, leaves } = ofKey(inner.value, [...path, 'some'], isHarmless);
      return { value: { some: value }, leaves };
    }
    case 'list':
    case 'oneOrMore': {
      const { value, leaves } = ofKey(inner.item, [...path, 0], isHarmless);
      return { value: [value], leaves };
    }
  }
}
