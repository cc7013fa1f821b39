import type { ErrorObject } from 'ajv';
import type { Outcome } from '../domain/attempt.js';
import { type Failure, failure } from '../domain/failure.js';
import { err, ok, type Result } from '../domain/result.js';
import { reasonOf } from '../files.js';

/** Judges a good outcome: adds the parsed value as `data`, or turns it into a `contract_violation` that names the places. */
export type AnswerCheck = (outcome: Outcome) => Outcome;

/** How many failing places a message names. */
const MAX_PLACES = 5;

/**
 * Compiles the JSON Schema of an answer (2020-12, or draft-07 where `$schema` says so). The compiler is loaded only here.
 * A text that is no JSON, or no schema, is an `input` failure.
 */
export async function compileAnswerSchema(
  text: string,
  source: string,
): Promise<Result<AnswerCheck, Failure>> {
  const schema = parseJson(text);
  if (schema === undefined) return err(failure('input', `${source} is not JSON`));
  if (typeof schema !== 'boolean' && (typeof schema !== 'object' || schema === null)) {
    return err(failure('input', `${source} is not a JSON Schema`));
  }
  const draft07 =
    typeof schema === 'object' && '$schema' in schema && String(schema.$schema).includes('draft-07');
  const { Ajv } = draft07 ? await import('ajv') : { Ajv: (await import('ajv/dist/2020.js')).Ajv2020 };
  try {
    const validate = new Ajv({
      allErrors: true,
      strict: false,
      validateFormats: false,
      logger: false,
    }).compile(schema);
    return ok((outcome) => {
      const value = answerValue(outcome);
      if (value === undefined) return violated(outcome, 'the answer is not JSON');
      if (validate(value)) return { ...outcome, data: value };
      return violated(
        { ...outcome, data: value },
        `the answer does not satisfy the schema: ${places(validate.errors ?? [])}`,
      );
    });
  } catch (error) {
    const reason = reasonOf(error);
    return err(failure('input', `${source} is not a usable JSON Schema: ${reason}`));
  }
}

/** The tool's own structured value, else the text as JSON, else the last fenced block that is JSON. */
function answerValue({ data, text }: Outcome): unknown {
  if (data !== null && data !== undefined) return data;
  const whole = parseJson(text);
  if (whole !== undefined) return whole;
  const blocks = [...text.matchAll(/^```[^\n]*\n(.*?)^```/gms)].map((match) => parseJson(match[1] ?? ''));
  return blocks.findLast((block) => block !== undefined);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function violated(outcome: Outcome, message: string): Outcome {
  const hint = 'the schema is in `--schema`; a stronger model may keep to it';
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
