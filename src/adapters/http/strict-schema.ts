import { at, listAt, parseJson } from './json.js';

/** Keywords of JSON Schema that providers enforce; with any other one the schema goes into the prompt, and the answer is checked. */
const HELD = new Set([
  ...['$schema', '$id', '$defs', 'definitions', '$ref', 'title', 'description', 'default'],
  ...['type', 'properties', 'required', 'additionalProperties', 'items', 'enum', 'const', 'anyOf'],
]);
const MAPS_OF_SCHEMAS = ['properties', '$defs', 'definitions'];

/** A schema as a value; `null`: not an object. */
export function schemaValue(text: string | null): Readonly<Record<string, unknown>> | null {
  const value = text === null ? undefined : parseJson(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  return value as Record<string, unknown>;
}

/**
 * Whether a provider can enforce this schema: an object whose parts are closed and all required, without
 * limits on texts and numbers. https://developers.openai.com/api/docs/guides/structured-outputs lists what is taken, and
 * https://platform.claude.com/docs/en/build-with-claude/structured-outputs leaves out the same limits.
 */
export function isStrict(schema: unknown): boolean {
  return at(schema, 'type') === 'object' && isHeld(schema);
}

function isHeld(schema: unknown): boolean {
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema)) return false;
  if (!Object.keys(schema).every((word) => HELD.has(word))) return false;
  if (at(schema, 'type') === 'object' && !isClosed(schema)) return false;
  const parts = [
    ...MAPS_OF_SCHEMAS.flatMap((word) => Object.values(at(schema, word) ?? {})),
    ...listAt(schema, 'anyOf'),
    ...(at(schema, 'items') === undefined ? [] : [at(schema, 'items')]),
  ];
  return parts.every(isHeld);
}

function isClosed(schema: object): boolean {
  const required = listAt(schema, 'required');
  const names = Object.keys(at(schema, 'properties') ?? {});
  return at(schema, 'additionalProperties') === false && names.every((name) => required.includes(name));
}
