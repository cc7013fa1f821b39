/** A JSON Schema as data; `description` is the reference documentation. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** A text that is not empty. */
export function text(description: string, maxLength?: number): JsonSchema {
  return { type: 'string', minLength: 1, ...(maxLength === undefined ? {} : { maxLength }), description };
}

export function oneOf(words: readonly string[], description: string): JsonSchema {
  return { type: 'string', enum: words, description };
}

/** An object with these keys and no other. */
export function object(properties: Readonly<Record<string, JsonSchema>>, more: JsonSchema = {}): JsonSchema {
  return { type: 'object', additionalProperties: false, properties, ...more };
}

/** Texts by their names. */
export function texts(description: string): JsonSchema {
  return { type: 'object', additionalProperties: { type: 'string' }, description };
}

/** One part of a content that is a list; any other kind of part is refused by name. */
export const TEXT_PARTS: JsonSchema = {
  type: 'array',
  minItems: 1,
  items: {
    type: 'object',
    properties: { type: { type: 'string' }, text: { type: 'string' } },
    required: ['type'],
  },
};
