import { ACCESS_LEVELS } from '../../domain/request.js';

/** A piece of JSON Schema. */
export type Schema = { readonly [keyword: string]: unknown };

/** A map with these keys only; keys that start with `x-` are the user's own. */
export function object(
  description: string,
  properties: Record<string, Schema>,
  required: string[] = [],
): Schema {
  return {
    type: 'object',
    description,
    ...fixedKeys(properties),
    ...(required.length > 0 ? { required } : {}),
  };
}

/** The keys of a map, for schemas that also allow something else than a map. */
export function fixedKeys(properties: Record<string, Schema>): Schema {
  return { properties, patternProperties: { '^x-': true }, additionalProperties: false };
}

/** A map from names to entries; an empty section is as good as none. */
export function section(description: string, names: string, entry: Schema): Schema {
  return {
    type: ['object', 'null'],
    description,
    propertyNames: { pattern: names },
    additionalProperties: entry,
  };
}

export const text = (description: string): Schema => ({ type: 'string', description, minLength: 1 });
export const flag = (description: string, value: boolean): Schema => ({
  type: 'boolean',
  description,
  default: value,
});
export const texts = (description: string): Schema => ({
  type: 'array',
  description,
  items: { type: 'string', minLength: 1 },
});
export const oneOf = (description: string, values: readonly string[]): Schema => ({
  type: 'string',
  description,
  enum: values,
});
export const count = (description: string, minimum = 1): Schema => ({
  type: 'integer',
  description,
  minimum,
});
export const amount = (description: string): Schema => ({ type: 'number', description, minimum: 0 });
export const duration = (description: string): Schema => ({
  type: 'string',
  description: `${description}, such as \`90s\`, \`10m\`, \`1h30m\` or \`500ms\``,
  examples: ['10m'],
});
export const size = (description: string): Schema => ({
  type: 'string',
  description: `${description}, such as \`512KiB\` or \`64MiB\``,
  examples: ['64MiB'],
});
export const access = (description: string): Schema => oneOf(description, ACCESS_LEVELS);

/** Days for which traces are kept where nobody says otherwise. */
export const RETENTION_DAYS = 30;

/** Protocols of provider APIs. */
export const APIS = ['openai-chat', 'openai-responses', 'anthropic-messages', 'gemini', 'ollama'] as const;

/** Names of agents, tools and policies: no colon (`tool:model`), no slash, no blank. */
export const NAME = '^[A-Za-z0-9][A-Za-z0-9._-]*$';
/** Names of headers, as HTTP allows them. */
export const HEADER_NAME = "^[!#$%&'*+.^_`|~0-9A-Za-z-]+$";
/** Names of models, as providers write them. */
export const MODEL_NAME = '^[A-Za-z0-9][A-Za-z0-9._:/@+-]*$';

/** Days for which the rows of invocations are kept where the config does not say. */
export const LEDGER_RETENTION_DAYS = 400;
