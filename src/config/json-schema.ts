import { CONFIG } from './keys/config.js';
import type { AnyKey, Inner, Keys, Schema } from './keys/key.js';
import { SELECTOR_SHAPES } from './keys/selectors.js';

let made: Schema | null = null;

/** The format of a config: JSON Schema 2020-12. Its descriptions are the reference documentation. */
export function configSchema(): Schema {
  made ??= {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'urn:llm-router:schema:config:1',
    title: 'llm-router configuration',
    description: 'Agents, tools, models and policies of llm-router',
    type: 'object',
    ...fixedKeys(CONFIG),
    $defs: Object.fromEntries(
      Object.entries(SELECTOR_SHAPES).map(([name, { schema, keys }]) => [
        name,
        { ...schema, ...(keys === null ? {} : fixedKeys(keys)) },
      ]),
    ),
  };
  return made;
}

/** Keys that start with `x-` are the user's own. */
function fixedKeys(keys: Keys): Schema {
  const entries = Object.entries(keys);
  const required = entries.filter(([, key]) => key.definition.isRequired).map(([name]) => name);
  return {
    properties: Object.fromEntries(entries.map(([name, key]) => [name, schemaOf(key)])),
    patternProperties: { '^x-': true },
    additionalProperties: false,
    ...(required.length === 0 ? {} : { required }),
  };
}

function schemaOf({ definition: { schema, inner } }: AnyKey): Schema {
  return inner === undefined ? schema : { ...schema, ...inside(inner) };
}

function inside(inner: Inner): Schema {
  switch (inner.kind) {
    case 'map':
      return fixedKeys(inner.keys);
    case 'entries':
      return { additionalProperties: schemaOf(inner.value) };
    case 'list':
      return { items: schemaOf(inner.item) };
    case 'oneOrMore':
      return { ...insideOf(inner.item), items: schemaOf(inner.item) };
  }
}

function insideOf({ definition: { inner } }: AnyKey): Schema {
  return inner === undefined ? {} : inside(inner);
}
