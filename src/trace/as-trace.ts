import { isMap } from '../domain/lookup.js';
import type { TraceDocument } from './document.js';
import { TRACE_SCHEMA } from './schema.js';
import type { Schema } from './schema-parts.js';

/**
 * A parsed file as a trace; `null`: it is none. Files of a project may come from anyone, so each value has the type of the format. Keys
 * that later versions have added may be missing: those that may be `null` are, lists, objects and texts are empty. Unknown keys stay.
 */
export function asTrace(value: unknown): TraceDocument | null {
  if (!isMap(value) || !isMap(value.plan) || !isMap(value.request) || !isMap(value.router)) return null;
  const texts = [value.id, value.started_at, value.status, value.request.cwd];
  if (!texts.every((text) => typeof text === 'string')) return null;
  return fits(TRACE_SCHEMA, value) ? (value as TraceDocument) : null;
}

/** Whether a value has the type of a schema; completes the objects in it. */
function fits(schema: Schema, value: unknown): boolean {
  if ('$ref' in schema) return fits(definition(String(schema.$ref)), value);
  if ('anyOf' in schema) return (schema.anyOf as Schema[]).some((one) => fits(one, value));
  if ('const' in schema) return value === schema.const;
  if ('enum' in schema) return (schema.enum as unknown[]).includes(value);
  switch (schema.type) {
    case 'object':
      return isMap(value) && fitsObject(schema, value);
    case 'array':
      return Array.isArray(value) && value.every((item) => fits(schema.items as Schema, item));
    case 'string':
      return typeof value === 'string' && (schema.format !== 'date-time' || isTime(value));
    case 'integer':
      return Number.isSafeInteger(value) && isLargeEnough(schema, value);
    case 'number':
      return Number.isFinite(value) && isLargeEnough(schema, value);
    case 'boolean':
      return typeof value === 'boolean';
    case 'null':
      return value === null;
    default:
      return true;
  }
}

function fitsObject(
  { properties = {}, required = [], additionalProperties }: Schema,
  value: object,
): boolean {
  const known = properties as Record<string, Schema>;
  const object = value as Record<string, unknown>;
  for (const key of required as string[]) {
    if (Object.hasOwn(object, key)) continue;
    const missing = whenMissing(known[key] ?? {});
    if (missing === 'damaged') return false;
    if (missing !== undefined) object[key] = missing;
  }
  return Object.entries(object).every(([key, one]) => {
    const schema = Object.hasOwn(known, key) ? known[key] : additionalProperties;
    return !isMap(schema) || fits(schema, one);
  });
}

/** What stands for a missing value; `damaged`: the rest says nothing without it. A number stays missing. */
function whenMissing(schema: Schema): unknown {
  if (fits(schema, null)) return null;
  if ('$ref' in schema) return whenMissing(definition(String(schema.$ref)));
  if ('enum' in schema) return 'damaged';
  return { array: [], object: {}, string: '' }[String(schema.type)];
}

function definition(reference: string): Schema {
  const all = TRACE_SCHEMA.$defs as Record<string, Schema>;
  return all[reference.slice('#/$defs/'.length)] ?? {};
}

function isLargeEnough({ minimum = Number.NEGATIVE_INFINITY }: Schema, value: unknown): boolean {
  return Number(value) >= Number(minimum);
}

/** A pattern of `privacy.redact` may have masked it. Years have four digits: what is some days before or after is a time too. */
function isTime(text: string): boolean {
  return /^\d{4}-/.test(text) || Number.isNaN(Date.parse(text));
}
