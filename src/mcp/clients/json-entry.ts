import { isMap } from '../../domain/lookup.js';
import { type EntryFormat, SERVER_NAME, type ServerCommand } from './client.js';

type Json = Readonly<Record<string, unknown>>;

/**
 * Entries of a config in JSON: below these keys, and below others where a config has them already. One with comments, or with something
 * else below a key, is read by no parser here: it throws, and nothing of it is lost.
 */
export function jsonFormat(
  keys: readonly string[],
  entryOf: (command: ServerCommand) => Json,
  otherKeys: readonly string[] | null = null,
): EntryFormat {
  const keysIn = (config: Json): readonly string[] => {
    const used = otherKeys !== null && isMap(at(config, otherKeys)) ? otherKeys : keys;
    const wrong = used.findIndex((_, index) => !isMap(at(config, used.slice(0, index + 1)) ?? {}));
    if (wrong >= 0) throw new SyntaxError(`\`${used.slice(0, wrong + 1).join('.')}\` is no JSON object`);
    return used;
  };
  return {
    commandIn: (text) => {
      const config = configIn(text);
      const entry = at(config, [...keysIn(config), SERVER_NAME]);
      return isMap(entry) ? commandOf(entry) : null;
    },
    print: (command) => `${JSON.stringify(nested([...keys, SERVER_NAME], entryOf(command)), null, 2)}\n`,
    change: (text, command) => {
      const config = configIn(text);
      const value = command === null ? undefined : entryOf(command);
      const changed = changedAt(config, [...keysIn(config), SERVER_NAME], value);
      return `${text.startsWith(BYTE_ORDER_MARK) ? BYTE_ORDER_MARK : ''}${JSON.stringify(changed, null, indentOf(text))}\n`;
    },
  };
}

const BYTE_ORDER_MARK = '\ufeff';

function configIn(text: string): Json {
  if (text.trim() === '') return {};
  const value: unknown = JSON.parse(text.replace(/^\ufeff/, ''));
  if (!isMap(value)) throw new SyntaxError('it is no JSON object');
  return value;
}

function at(config: unknown, keys: readonly string[]): unknown {
  return keys.reduce<unknown>((value, key) => (isMap(value) ? value[key] : undefined), config);
}

/** `command` and `args`, or a list of both. */
function commandOf({ command, args }: Json): string[] {
  const words = [command, args].flat().filter((word) => word !== undefined);
  return words.map(String);
}

function nested(keys: readonly string[], value: Json): Json {
  return keys.reduceRight<Json>((inner, key) => ({ [key]: inner }), value);
}

/** A copy with another value at the end of the keys; `undefined`: with none. */
function changedAt(config: Json, [key = '', ...more]: readonly string[], value: Json | undefined): Json {
  if (more.length > 0) {
    const inner = config[key];
    return { ...config, [key]: changedAt(isMap(inner) ? inner : {}, more, value) };
  }
  const { [key]: _, ...others } = config;
  return value === undefined ? others : { ...config, [key]: value };
}

/** That of the first line that has one. */
function indentOf(text: string): string {
  return /\n([ \t]+)"/.exec(text)?.[1] ?? '  ';
}
