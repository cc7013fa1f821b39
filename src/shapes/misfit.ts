import { didYouMean } from '../diagnostics/suggest.js';
import { type Failure, failure } from '../domain/failure.js';
import type { JsonSchema } from './schema.js';

/** A finding of the generated checks. */
interface ShapeError {
  instancePath: string;
  keyword: string;
  params: Readonly<Record<string, unknown>>;
}

/** A generated check. */
export type Check = ((value: unknown) => boolean) & { errors?: ShapeError[] | null };

/** The first thing that is wrong with a value, and where; `null`: nothing is. */
export function misfitIn(value: unknown, check: Check, schema: JsonSchema): Misfit | null {
  if (check(value)) return null;
  // Of alternatives the last error stands for all of them, and those inside say what each had wanted.
  const errors = check.errors ?? [];
  const error = errors.at(-1);
  if (error === undefined) return { param: null, failure: failure('usage', 'the parameters do not fit') };
  return misfitOf(error, errors.slice(0, -1), Object.keys(Object(schema.properties)));
}

/** A value that does not fit, and its place, such as `messages[0].role`. */
export interface Misfit {
  param: string | null;
  failure: Failure;
}

function misfitOf(error: ShapeError, inner: readonly ShapeError[], known: readonly string[]): Misfit {
  const place = placeOf(error.instancePath);
  if (error.keyword === 'additionalProperties') {
    const name = String(error.params.additionalProperty);
    const hint = place === '' ? didYouMean(name, known, 'parameters') : null;
    const where = place === '' ? '' : ` in \`${place}\``;
    const message = `unknown parameter \`${shown(name)}\`${where}`;
    return { param: within(place, name), failure: failure('usage', message, { hint }) };
  }
  if (error.keyword === 'required') {
    const param = within(place, String(error.params.missingProperty));
    return { param, failure: failure('usage', `\`${param}\` is missing`) };
  }
  const deepest = inner.find(({ instancePath }) => instancePath.length > error.instancePath.length);
  if (deepest !== undefined) return misfitOf(deepest, [], known);
  const wanted = error.keyword === 'anyOf' ? inner.map(demandOf).join(' or ') : demandOf(error);
  const what = place === '' ? 'the parameters' : `\`${place}\``;
  return { param: place || null, failure: failure('usage', `${what} must be ${wanted}`) };
}

/** `/messages/0/role` as `messages[0].role`. */
function placeOf(pointer: string): string {
  const steps = pointer.split('/').slice(1);
  return steps.reduce((place, step) => {
    const name = step.replaceAll('~1', '/').replaceAll('~0', '~');
    return /^\d+$/.test(name) ? `${place}[${name}]` : within(place, shown(name));
  }, '');
}

function within(place: string, name: string): string {
  return place === '' ? name : `${place}.${name}`;
}

/** Names come from the caller. */
function shown(name: string): string {
  return name.slice(0, 60);
}

const TYPES: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  integer: 'a whole number',
  boolean: '`true` or `false`',
  object: 'an object',
  array: 'a list',
  null: '`null`',
};

/** What a value must be, as the end of a sentence. */
function demandOf({ keyword, params }: ShapeError): string {
  const { limit } = params;
  switch (keyword) {
    case 'type':
      return [params.type]
        .flat()
        .map((type) => TYPES[String(type)] ?? String(type))
        .join(' or ');
    case 'enum':
      return `one of ${[params.allowedValues]
        .flat()
        .map((word) => `\`${word}\``)
        .join(', ')}`;
    case 'minLength':
      return 'a text that is not empty';
    case 'maxLength':
      return `a text of at most ${limit} characters`;
    case 'minItems':
      return 'a list that is not empty';
    case 'maxItems':
      return `a list of at most ${limit}`;
    case 'exclusiveMinimum':
      return `more than ${limit}`;
    case 'minimum':
      return `at least ${limit}`;
    case 'maximum':
      return `at most ${limit}`;
    default:
      return 'of another shape';
  }
}
