import type { ErrorObject, ValidateFunction } from 'ajv';
import type { Outcome } from '../../domain/attempt.js';
import { type Failure, failure } from '../../domain/failure.js';
import { parseJson } from '../../domain/json.js';
import { err, ok, type Result } from '../../domain/result.js';
import type { SettingNames } from '../../domain/setting-names.js';
import { reasonOf } from '../../files.js';
import { compilePattern, patternTrouble } from '../../regex/pattern.js';
import { answerValue } from './answer-value.js';

/** Validates a good outcome: adds the parsed value as `data`, or returns a `contract_violation` that names the places. */
export type AnswerCheck = (outcome: Outcome) => Outcome;

/** How many failing places a message names. */
const MAX_PLACES = 5;

/** How long the compilation, and the check of one answer, may take: a few references can ask for more steps than ever end. */
const LIMITS = { compileMs: 5000, checkMs: 5000 };

/**
 * Compiles the JSON Schema of an answer (2020-12, or draft-07 where `$schema` says so). The compiler is loaded only here.
 * A text that is no JSON, or no schema, is an `input` failure. `limits` bounds the compilation, and each check.
 */
export async function compileAnswerSchema(
  text: string,
  { source, names }: { source: string; names: SettingNames },
  limits: Partial<typeof LIMITS> = {},
): Promise<Result<AnswerCheck, Failure>> {
  const { compileMs, checkMs } = { ...LIMITS, ...limits };
  const schema = parseJson(text);
  if (schema === undefined) return err(failure('input', `${source} is not JSON, or is nested too deeply`));
  if (typeof schema !== 'boolean' && (typeof schema !== 'object' || schema === null)) {
    return err(failure('input', `${source} is not a JSON Schema`));
  }
  const draft07 =
    typeof schema === 'object' && '$schema' in schema && String(schema.$schema).includes('draft-07');
  const { Ajv } = draft07 ? await import('ajv') : { Ajv: (await import('ajv/dist/2020.js')).Ajv2020 };
  const { within } = await import('./time-limit.js');
  const compile = () =>
    new Ajv({
      allErrors: true,
      strict: false,
      validateFormats: false,
      logger: false,
      code: { regExp: PATTERNS },
    }).compile(schema);
  try {
    const validate = within(compileMs, compile);
    if (validate === 'too_slow')
      return err(failure('input', `${source} is not a usable JSON Schema: it takes too long to read`));
    return ok((outcome) => {
      const checked = within(checkMs, () => check(validate, outcome, names));
      return checked === 'too_slow'
        ? violated(outcome, 'the check of the answer against the schema takes too long', names)
        : checked;
    });
  } catch (error) {
    const reason = reasonOf(error);
    return err(failure('input', `${source} is not a usable JSON Schema: ${reason}`));
  }
}

function check(validate: ValidateFunction, outcome: Outcome, names: SettingNames): Outcome {
  // The tool's own structured value comes first.
  const value = outcome.data ?? answerValue(outcome.text);
  if (value === undefined) return violated(outcome, 'the answer is not JSON, or is nested too deeply', names);
  const isValid = isValidated(validate, value);
  if (isValid === true) return { ...outcome, data: value };
  const why =
    isValid === null
      ? 'the answer is nested too deeply for the schema, or the schema refers to itself without end'
      : `the answer does not satisfy the schema: ${places(validate.errors ?? [])}`;
  return violated({ ...outcome, data: value }, why, names);
}

/** Whether a value satisfies a schema; `null` when the check does not come to an end. */
function isValidated(validate: ValidateFunction, value: unknown): boolean | null {
  try {
    return validate(value);
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** Patterns of a schema, compiled so that no answer can block them. The compiler caches them by their text. */
const PATTERNS = Object.assign(
  (source: string, flags: string) => {
    const trouble = patternTrouble(source, flags);
    if (trouble !== null) throw new Error(`the pattern \`${source}\` ${trouble.message}`);
    return { test: compilePattern(source, flags).test, toString: () => `/${source}/${flags}` };
  },
  { code: 'compilePattern' },
);

function violated(outcome: Outcome, message: string, names: SettingNames): Outcome {
  const hint = `the schema is in ${names.schema}; a stronger model may keep to it`;
  return {
    ...outcome,
    failure: failure('contract_violation', message, { hint, exitCode: outcome.exitCode }),
  };
}

function places(errors: readonly ErrorObject[]): string {
  const named = errors
    .slice(0, MAX_PLACES)
    .map(({ instancePath, message }) => `\`${instancePath || '/'}\` ${message}`);
  const rest = errors.length - named.length;
  return rest > 0 ? `${named.join('; ')}; and ${rest} more` : named.join('; ');
}
