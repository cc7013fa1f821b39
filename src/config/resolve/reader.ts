import { formatPlace } from '../../diagnostics/diagnostic.js';
import { parseDuration } from '../../domain/duration.js';
import { parseSize } from '../../domain/size.js';
import type { Merged } from '../layers.js';
import { folderOf, resolvePath } from '../paths.js';
import { at, entriesOf, isTree, itemsOf, type Path } from '../tree.js';
import type { Placed } from '../types.js';

/** Where paths in a config are counted from. */
export interface Folders {
  home: string;
  /** Absolute path of a file by the name that is shown to the user. */
  pathOf: (file: string) => string;
}

/** Reads one entry of a checked tree. Keys are dotted (`usage.input_tokens`); what is absent is `null`. */
export interface Reader {
  path: Path;
  /** The value itself; `undefined` when absent. */
  raw(key: string): unknown;
  /** `file:line:column` of the entry's own key. */
  readonly at: string | null;
  /** `file:line:column` of a value. */
  atOf(key: string): string | null;
  text(key: string): string | null;
  placed(key: string): Placed<string> | null;
  /** A path, absolute; counted from the folder of the file that wrote it. */
  file(key: string): Placed<string> | null;
  number(key: string): number | null;
  /** A number, with its place. */
  placedNumber(key: string): Placed<number> | null;
  flag(key: string): boolean | null;
  durationMs(key: string): number | null;
  sizeBytes(key: string): number | null;
  /** A list, or a single text as a list of one; `null` when absent. */
  texts(key: string): Placed<string>[] | null;
  numbers(key: string): number[] | null;
  /** A map of texts. */
  textMap(key: string): [name: string, Placed<string>][];
  /** A reader for each item of a list. */
  items(key: string): Reader[];
  /** A reader for each entry of a map. */
  entries(key: string): [name: string, Reader][];
}

/** A reader of what stands at a path. */
export function readerAt(merged: Merged, path: Path, folders: Folders): Reader {
  const value = at(merged.value, path);
  const stepsOf = (key: string) => (key === '' ? path : [...path, ...key.split('.')]);
  const raw = (key: string) => (key === '' ? value : at(value, key.split('.')));
  const placeOf = (where: Path) => merged.place(where, 'value');
  const writtenAt = (where: Path) => {
    const place = placeOf(where);
    return place === null ? null : formatPlace(place);
  };
  const text = (key: string) => asText(raw(key));
  const placed = (key: string) => {
    const found = text(key);
    return found === null ? null : { value: found, at: writtenAt(stepsOf(key)) };
  };
  return {
    path,
    raw,
    get at() {
      const own = merged.place(path, 'key');
      return own === null ? null : formatPlace(own);
    },
    atOf: (key) => writtenAt(stepsOf(key)),
    text,
    placed,
    file(key) {
      const found = placed(key);
      const place = placeOf(stepsOf(key));
      if (found === null || place === null) return found;
      const from = { folder: folderOf(folders.pathOf(place.file)), home: folders.home };
      return { ...found, value: resolvePath(found.value, from) };
    },
    number: (key) => asNumber(raw(key)),
    placedNumber(key) {
      const value = asNumber(raw(key));
      return value === null ? null : { value, at: writtenAt(stepsOf(key)) };
    },
    flag: (key) => (typeof raw(key) === 'boolean' ? raw(key) === true : null),
    durationMs: (key) => parsed(text(key), parseDuration),
    sizeBytes: (key) => parsed(text(key), parseSize),
    texts: (key) =>
      raw(key) === undefined
        ? null
        : itemsOf(raw(key)).flatMap(({ item, step }) =>
            typeof item === 'string' ? [{ value: item, at: writtenAt([...stepsOf(key), ...step]) }] : [],
          ),
    numbers: (key) =>
      raw(key) === undefined
        ? null
        : itemsOf(raw(key)).flatMap(({ item }) => (typeof item === 'number' ? [item] : [])),
    textMap: (key) =>
      entriesOf(raw(key)).flatMap(([name, one]) =>
        typeof one === 'string'
          ? [[name, { value: one, at: writtenAt([...stepsOf(key), name]) }] as const]
          : [],
      ) as [string, Placed<string>][],
    items: (key) =>
      itemsOf(raw(key)).map(({ step }) => readerAt(merged, [...stepsOf(key), ...step], folders)),
    entries: (key) =>
      entriesOf(raw(key)).flatMap(([name, one]) =>
        isTree(one) || one === null ? [[name, readerAt(merged, [...stepsOf(key), name], folders)]] : [],
      ),
  };
}

function asText(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

function asNumber(value: unknown): number | null {
  return typeof value === 'number' ? value : null;
}

function parsed(
  text: string | null,
  parse: (text: string) => { ok: true; value: number } | { ok: false },
): number | null {
  const result = text === null ? null : parse(text);
  return result?.ok ? result.value : null;
}
