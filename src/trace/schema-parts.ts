/** A piece of JSON Schema. */
export type Schema = { readonly [keyword: string]: unknown };

/** An object with exactly these keys. */
export function record(description: string, properties: Record<string, Schema>): Schema {
  return {
    type: 'object',
    description,
    properties,
    required: Object.keys(properties),
    additionalProperties: false,
  };
}

export const text = (description: string): Schema => ({ type: 'string', description });
export const count = (description: string): Schema => ({ type: 'integer', minimum: 0, description });
export const amount = (description: string): Schema => ({ type: 'number', minimum: 0, description });
export const time = (description: string): Schema => ({ type: 'string', format: 'date-time', description });
export const list = (description: string, items: Schema): Schema => ({ type: 'array', description, items });
export const oneOf = (description: string, values: readonly string[]): Schema => ({
  type: 'string',
  enum: values,
  description,
});
export const reference = (name: string, description: string): Schema => ({
  $ref: `#/$defs/${name}`,
  description,
});

/** The same, or `null`: unknown or not given. */
export function maybe(schema: Schema): Schema {
  const { description, ...rest } = schema;
  return { description, anyOf: [rest, { type: 'null' }] };
}

/** An object that may have these keys as well. */
export function withOptional(known: Schema, more: Record<string, Schema>): Schema {
  return { ...known, properties: { ...(known.properties as object), ...more } };
}
