import { Ajv2020 } from 'ajv/dist/2020.js';
import standalone from 'ajv/dist/standalone/index.js';
import { build } from 'esbuild';
import { configSchema } from '../src/config/json-schema.js';
import type { Schema } from '../src/config/keys/key.js';
import { isTree, type Tree } from '../src/config/tree.js';

/** The check of a config as plain code: bundled, because ajv's own output still holds a `require`. */
export async function schemaCheck(root: string): Promise<string> {
  const ajv = new Ajv2020({
    allErrors: true,
    strict: true,
    allowUnionTypes: true,
    inlineRefs: false,
    messages: false,
    code: { source: true, esm: true },
  });
  const code = standalone.default(ajv, ajv.compile(inParts(withoutDescriptions(configSchema()))));
  const bundle = await build({
    stdin: { contents: code, resolveDir: root, loader: 'js' },
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'neutral',
    mainFields: ['main'],
    write: false,
    target: 'node20',
  });
  return `// @ts-nocheck\n${bundle.outputFiles[0]?.text ?? ''}`;
}

/** The check carries the schema inside; a key named `description` is a map there, not a text. */
export function withoutDescriptions(schema: Schema): Schema {
  const text = JSON.stringify(schema, (key, value) =>
    key === 'description' && typeof value === 'string' ? undefined : value,
  );
  return JSON.parse(text) as Schema;
}

/** Shorter than this as JSON, a schema is checked in place: a function of its own would take longer. */
const MIN_PART = 100;
const WITH_NAMES: readonly string[] = ['properties', 'patternProperties', '$defs'];
/** Not `propertyNames`: a finding tells by the path in the schema that it is about a name. */
const WITH_ONE: readonly string[] = ['items', 'additionalProperties', 'if', 'then', 'else', 'not'];
const WITH_LIST: readonly string[] = ['anyOf', 'oneOf', 'allOf'];

/**
 * The same schema with each part of some size under a name. ajv makes one function of a schema and one of each name, and V8 compiles
 * what is called: a small config then needs a fifth of the compiled code. Equal parts share a name.
 */
function inParts(schema: Schema): Schema {
  const names = new Map<string, string>();
  const parts: Record<string, Tree> = {};
  const named = (part: unknown): unknown => {
    if (!isTree(part)) return part;
    const divided = divide(part);
    const text = JSON.stringify(divided);
    if (text.length < MIN_PART) return divided;
    const name = names.get(text) ?? `part${names.size}`;
    names.set(text, name);
    parts[name] = divided;
    return { $ref: `#/$defs/${name}` };
  };
  const divide = (part: Tree): Tree =>
    Object.fromEntries(
      Object.entries(part).map(([keyword, value]) => {
        if (WITH_NAMES.includes(keyword) && isTree(value)) {
          return [
            keyword,
            Object.fromEntries(Object.entries(value).map(([name, one]) => [name, named(one)])),
          ];
        }
        if (WITH_LIST.includes(keyword) && Array.isArray(value)) return [keyword, value.map(named)];
        return [keyword, WITH_ONE.includes(keyword) ? named(value) : value];
      }),
    );
  const root = divide(schema as Tree);
  return { ...root, $defs: { ...(root.$defs as Tree | undefined), ...parts } } as Schema;
}
