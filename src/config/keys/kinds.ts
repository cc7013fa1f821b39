import { toMicroUsd } from '../../domain/cost.js';
import { parseDuration } from '../../domain/duration.js';
import type { Result } from '../../domain/result.js';
import { parseSize } from '../../domain/size.js';
import { isTree, type Tree } from '../tree.js';
import { type Definition, Key, type RegexUse, type Schema } from './key.js';

/** A text that is not empty. */
export function text(description: string): Key<string | null> {
  return scalar({ type: 'string', description, minLength: 1 }, asText);
}

/** A text that may be empty. */
export function anyText(description: string): Key<string | null> {
  return scalar({ type: 'string', description }, asText);
}

/** A regular expression of JavaScript; `isMask`: what it matches is masked. */
export function regex(description: string, use: Partial<RegexUse> = {}): Key<string | null> {
  const { definition } = text(description);
  return new Key({ ...definition, regex: { flags: '', isMask: false, ...use } }, '');
}

/** `true` or `false`. */
export function flag(description: string): Key<boolean | null> {
  return scalar({ type: 'boolean', description }, (value) =>
    typeof value === 'boolean' ? value : undefined,
  );
}

/** A whole number, at least 1 where nothing else is said. */
export function count(description: string, { min = 1, max }: { min?: number; max?: number } = {}) {
  const range = { minimum: min, ...(max === undefined ? {} : { maximum: max }) };
  return scalar({ type: 'integer', description, ...range }, asNumber);
}

/** A whole number that may be negative, where nothing else is said; in a list. */
export function integer(range: { min?: number; max?: number } = {}): Key<number | null> {
  const { min, max } = range;
  const limits = {
    ...(min === undefined ? {} : { minimum: min }),
    ...(max === undefined ? {} : { maximum: max }),
  };
  return scalar({ type: 'integer', ...limits }, asNumber);
}

/** One number and no other. */
export function onlyNumber(description: string, value: number): Key<number | null> {
  return scalar({ type: 'integer', description, const: value }, asNumber);
}

/** A number, at least 0 where nothing else is said. */
export function amount(
  description: string,
  { min = 0, max }: { min?: number; max?: number } = {},
): Key<number | null> {
  const range = { minimum: min, ...(max === undefined ? {} : { maximum: max }) };
  return scalar({ type: 'number', description, ...range }, asNumber);
}

/** US dollars, resolved as integer micro-USD; the name of the key ends in `_usd`. */
export function usd(description: string): Key<number | null, 'MicroUsd'> {
  const read = (value: unknown) => (typeof value === 'number' ? toMicroUsd(value) : undefined);
  return scalar({ type: 'number', description, minimum: 0 }, read, 'MicroUsd');
}

/** A span of time, resolved as milliseconds. */
export function duration(description: string): Key<number | null, 'Ms'> {
  const examples = 'such as `90s`, `10m`, `1h30m` or `500ms`';
  return parsed(
    { type: 'string', description: `${description}, ${examples}`, examples: ['10m'] },
    parseDuration,
    'Ms',
  );
}

/** An amount of data, resolved as bytes. */
export function size(description: string): Key<number | null, 'Bytes'> {
  const examples = 'such as `512KiB` or `64MiB`';
  return parsed(
    { type: 'string', description: `${description}, ${examples}`, examples: ['64MiB'] },
    parseSize,
    'Bytes',
  );
}

/** One of some words. */
export function oneOf<const T extends string>(description: string, values: readonly T[]): Key<T | null> {
  return scalar({ type: 'string', description, enum: values }, (value) =>
    values.find((one) => one === value),
  );
}

/** A map without any rule for what stands in it. */
export function anyMap(description: string): Key<Tree> {
  return new Key(
    {
      schema: { type: 'object', description },
      read: ({ value }) => (isTree(value) ? value : undefined),
      empty: () => ({}),
    },
    '',
  );
}

/** A path, resolved as an absolute one. */
export function path(description: string): Key<string | null> {
  return pathWhere(description, () => true);
}

/** A program: a path, or a name without a slash that is looked up in PATH. */
export function program(description: string): Key<string | null> {
  return pathWhere(description, (written) => /[/\\]/.test(written)).runs();
}

function pathWhere(description: string, isPath: (written: string) => boolean): Key<string | null> {
  const definition: Definition<string | null> = {
    schema: { type: 'string', description, minLength: 1 },
    isPath,
    empty: () => null,
    read: (written) => {
      const { value } = written;
      if (typeof value !== 'string') return undefined;
      return isPath(value) ? written.absolute(value) : value;
    },
  };
  return new Key(definition, '');
}

function scalar<T>(schema: Schema, read: (value: unknown) => T | undefined): Key<T | null>;
function scalar<T, N extends string>(
  schema: Schema,
  read: (value: unknown) => T | undefined,
  naming: N,
): Key<T | null, N>;
function scalar<T>(
  schema: Schema,
  read: (value: unknown) => T | undefined,
  naming = '',
): Key<T | null, string> {
  return new Key<T | null, string>({ schema, read: ({ value }) => read(value), empty: () => null }, naming);
}

function asText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function asNumber(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

function parsed<N extends string>(
  schema: Schema,
  parse: (text: string) => Result<number, string>,
  naming: N,
): Key<number | null, N> {
  const read = (value: unknown) => {
    const result = typeof value === 'string' ? parse(value) : null;
    return result?.ok === true ? result.value : undefined;
  };
  return scalar(schema, read, naming).checked(parse);
}
