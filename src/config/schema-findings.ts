import { diagnostic } from '../diagnostics/codes.js';
import type { Diagnostic, Fix, Place } from '../diagnostics/diagnostic.js';
import { replacement } from '../diagnostics/fix.js';
import { placedText } from '../diagnostics/placed-text.js';
import { didYouMean, nearest, onlyNear } from '../diagnostics/suggest.js';
import { configSchema } from './json-schema.js';
import { newNameOf, soughtAs, synonymAt } from './keys/lookup.js';
import type { ConfigSource } from './source.js';
import { at, child, entriesOf, isTree, type Path } from './tree.js';
import { clipped, describePath, kindOf } from './words.js';

/** An error of the generated validator. */
export interface SchemaError {
  instancePath: string;
  schemaPath: string;
  keyword: string;
  params: Record<string, unknown>;
  message?: string | undefined;
}

/** Findings of one file, and the paths of unreliable values. */
export interface SchemaFindings {
  diagnostics: Diagnostic[];
  doubtful: Path[];
  /** Paths of the values that break the schema themselves. */
  unusable: Path[];
}

interface Located {
  source: ConfigSource;
  path: Path;
  value: unknown;
  error: SchemaError;
}

/** Turns the errors of the schema check into findings with places; repeated errors of one mistake are left out. */
export function schemaFindings(source: ConfigSource, errors: readonly SchemaError[]): SchemaFindings {
  const located = withoutEchoes(errors).map((error) => {
    const path = pathOf(source.value, error.instancePath);
    return { source, path, value: at(source.value, path), error };
  });
  return {
    diagnostics: located.map(toDiagnostic),
    doubtful: located.flatMap(doubtfulPaths),
    unusable: located.flatMap(unusablePaths),
  };
}

/** A value of the wrong type breaks other keywords too, and a failed `then` is reported with its `if`. */
function withoutEchoes(errors: readonly SchemaError[]): SchemaError[] {
  const mistyped = new Set(
    errors.filter((error) => error.keyword === 'type').map((error) => error.instancePath),
  );
  return errors.filter((error) => {
    if (error.keyword === 'if' || error.schemaPath.includes('/propertyNames/')) return false;
    return error.keyword === 'type' || !mistyped.has(error.instancePath);
  });
}

/** A JSON pointer as a path, with numbers for the indexes of lists. */
function pathOf(root: unknown, pointer: string): Path {
  let value = root;
  return pointer
    .split('/')
    .slice(1)
    .map((part) => {
      const key = part.replaceAll('~1', '/').replaceAll('~0', '~');
      const step = Array.isArray(value) ? Number(key) : key;
      value = child(value, step);
      return step;
    });
}

function doubtfulPaths({ path, error }: Located): Path[] {
  if (error.keyword !== 'additionalProperties') return [path];
  const key = String(error.params.additionalProperty);
  const near = newNameOf([...path, key]) ?? nearest(key, allowedKeys(path));
  const meant = [...(near === null ? [] : [near]), ...soughtAs([...path, key])];
  return [key, ...meant].map((name) => [...path, name]);
}

function unusablePaths({ path, error }: Located): Path[] {
  switch (error.keyword) {
    case 'additionalProperties':
    case 'required':
      return [];
    case 'propertyNames':
      return [[...path, String(error.params.propertyName)]];
    default:
      return [path];
  }
}

function toDiagnostic(one: Located): Diagnostic {
  const { params, keyword } = one.error;
  switch (keyword) {
    case 'additionalProperties':
      return unknownKey(one, String(params.additionalProperty));
    case 'required':
      return missingKey(one, String(params.missingProperty));
    case 'type':
      return wrongType(one, [params.type].flat().map(String));
    case 'propertyNames':
      return badName(one, String(params.propertyName));
    case 'enum':
      return notAllowed(one, (params.allowedValues as unknown[]).map(String));
    default:
      return invalid(one, requirement(one.error));
  }
}

function unknownKey(one: Located, key: string): Diagnostic {
  const { source, path } = one;
  const where = path.length === 0 ? '' : ` in ${describePath(path)}`;
  const newName = newNameOf([...path, key]);
  const place = source.place([...path, key], 'key');
  const related = relatedAlias(source, [...path, key]);
  if (newName !== null) {
    const message = `the key \`${key}\`${where} is now called \`${newName}\``;
    return diagnostic('config/deprecated-key', message, { place, related, fix: renamed(one, key, newName) });
  }
  const allowed = allowedKeys(path);
  return diagnostic('config/unknown-key', `unknown key \`${clipped(key)}\`${where}`, {
    place,
    hint: keyHint([...path, key], allowed),
    related,
    fix: soughtAs([...path, key]).length > 0 ? null : renamed(one, key, onlyNear(key, allowed)),
  });
}

function keyHint(path: Path, allowed: readonly string[]): string | null {
  const key = String(path.at(-1));
  const sought = soughtAs(path).map((one) => `\`${one}\``);
  if (sought.length === 0) return didYouMean(key, allowed, 'allowed keys');
  return `did you mean ${sought.join(' or ')}? ${didYouMean('', allowed, 'allowed keys')}`;
}

/** Keys of a map that are compared with a mistaken one; a larger map is none of ours. */
const MAX_RIVALS = 100;

/** Writes another name for a key, unless the same map has that name already. */
function renamed({ source, path, value }: Located, from: string, to: string | null): Fix | null {
  if (to === null || child(value, to) !== undefined || source.aliasOf([...path, from]) !== null) return null;
  const keys = entriesOf(value);
  if (keys.length > MAX_RIVALS) return null;
  const rivals = keys.filter(([key]) => key !== from && onlyNear(key, [to]) !== null);
  if (rivals.length > 0) return null; // two keys cannot both become this one
  return replacement(source.text, { place: source.place([...path, from], 'key'), from, to });
}

function missingKey({ source, path }: Located, key: string): Diagnostic {
  return diagnostic('config/missing-key', `${describePath(path)} needs the key \`${key}\``, {
    place: source.place(path, 'key'),
    related: relatedAlias(source, path),
  });
}

function wrongType(one: Located, types: readonly string[]): Diagnostic {
  const expected = types.filter((type) => type !== 'null').map((type) => TYPE_WORDS[type] ?? type);
  const must = lacksUnit(one) ? 'needs a unit' : `must be ${expected.join(' or ')}`;
  const message = `${describePath(one.path)} ${must}, but is ${shownValue(one)}`;
  return diagnostic('config/wrong-type', message, {
    place: one.source.place(one.path, 'value'),
    hint: typeHint(one, types),
    related: relatedAlias(one.source, one.path),
  });
}

const TYPE_WORDS: Readonly<Record<string, string>> = {
  object: 'a map',
  array: 'a list',
  string: 'text',
  integer: 'a whole number',
  number: 'a number',
  boolean: '`true` or `false`',
};

/** A number for a duration or a size, which have units. */
function lacksUnit({ path, value }: Located): boolean {
  const example = at(schemaOf(path), ['examples', 0]);
  return typeof value === 'number' && typeof example === 'string' && /^\d/.test(example);
}

/** A number stands in messages as it was written: `4.10` is not `4.1`. */
function shownValue(one: Located): string {
  return typeof one.value === 'number' ? `\`${writtenText(one)}\`` : kindOf(one.value);
}

function writtenText({ source, path, value }: Located): string {
  const place = source.place(path, 'value');
  return (place === null ? null : placedText(source.text).at(place)) ?? String(value);
}

function typeHint(one: Located, types: readonly string[]): string | null {
  const { value, path } = one;
  const examples = child(schemaOf(path), 'examples');
  if (Array.isArray(examples)) return `for example \`${String(examples[0])}\``;
  const written = writtenText(one);
  if (types.includes('string') && /^\{\s*\w+\s*\}$/.test(written))
    return `put it between quotes: \`'${written}'\``;
  if (types.includes('array') && typeof value === 'string' && /^[\w./:-]+$/.test(value))
    return `write \`[${value}]\``;
  const isPlain = typeof value === 'number' || typeof value === 'boolean';
  if (types.includes('string') && isPlain) return `put it between quotes: \`"${written}"\``;
  if (types.includes('boolean') && typeof value === 'string')
    return 'YAML 1.2 reads only `true` and `false` so';
  return null;
}

function badName({ source, path }: Located, name: string): Diagnostic {
  const section = String(path[0]);
  const more = section === 'models' ? ', `.`, `_`, `-`, `:`, `/`, `@` and `+`' : ', `.`, `_` and `-`';
  const where = path.length === 1 ? `\`${section}\`` : describePath(path);
  return diagnostic('config/invalid-value', `\`${clipped(name)}\` cannot be a name in ${where}`, {
    place: source.place([...path, name], 'key'),
    hint: `a name starts with a letter or digit and holds letters, digits${more}`,
  });
}

function notAllowed(one: Located, allowed: readonly string[]): Diagnostic {
  const message = `${describePath(one.path)} cannot be \`${clipped(String(one.value))}\``;
  const place = one.source.place(one.path, 'value');
  return diagnostic('config/invalid-value', message, {
    place,
    hint: valueHint(one, allowed),
    related: relatedAlias(one.source, one.path),
    fix: corrected(one, place, allowed),
  });
}

function valueHint({ path, value }: Located, allowed: readonly string[]): string | null {
  const word = String(value);
  return didYouMean(synonymAt(path, word) ?? word, allowed, 'allowed values');
}

/** The one allowed value that is near, in the place of the word without its quotes. */
function corrected(
  { source, path, value }: Located,
  place: Place | null,
  allowed: readonly string[],
): Fix | null {
  const near = synonymAt(path, String(value)) ?? onlyNear(String(value), allowed);
  // A guess must never raise a permission.
  const to = path.at(-1) === 'access' && near !== 'read' && near !== 'none' ? null : near;
  if (to === null || place === null || source.aliasOf(path) !== null) return null;
  const isQuoted = /^["']/.test(placedText(source.text).at(place) ?? '');
  const word = isQuoted ? { ...place, column: place.column + 1, endColumn: place.endColumn - 1 } : place;
  return replacement(source.text, { place: word, from: String(value), to });
}

function invalid(one: Located, must: string): Diagnostic {
  const shown = typeof one.value === 'number' ? `, but is ${shownValue(one)}` : '';
  return diagnostic('config/invalid-value', `${describePath(one.path)} ${must}${shown}`, {
    place: one.source.place(one.path, 'value'),
    related: relatedAlias(one.source, one.path),
  });
}

function requirement({ keyword, params, message }: SchemaError): string {
  const limit = `\`${String(params.limit)}\``;
  switch (keyword) {
    case 'const':
      return `must be \`${String(params.allowedValue)}\``;
    case 'minimum':
      return `must be at least ${limit}`;
    case 'maximum':
      return `must be at most ${limit}`;
    case 'minLength':
    case 'minItems':
      return 'must not be empty';
    case 'maxItems':
      return `must have at most ${limit} entries`;
    default:
      return message ?? `breaks \`${keyword}\``;
  }
}

function relatedAlias(source: ConfigSource, path: Path): Diagnostic['related'] {
  const place = source.aliasOf(path);
  return place === null ? [] : [{ place, message: 'reached through this alias' }];
}

function allowedKeys(path: Path): string[] {
  const properties = child(schemaOf(path), 'properties');
  return isTree(properties) ? Object.keys(properties) : [];
}

/** The part of the schema that says what may stand at a path. */
function schemaOf(path: Path): unknown {
  return path.reduce<unknown>((schema, step) => {
    if (typeof step === 'number') return resolved(child(schema, 'items'));
    return resolved(at(schema, ['properties', step]) ?? child(schema, 'additionalProperties'));
  }, configSchema());
}

function resolved(schema: unknown): unknown {
  const reference = child(schema, '$ref');
  return typeof reference === 'string' ? at(configSchema(), reference.split('/').slice(1)) : schema;
}
