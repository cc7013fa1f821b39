import { Ajv2020 } from 'ajv/dist/2020.js';
import standalone from 'ajv/dist/standalone/index.js';
import { build } from 'esbuild';
import { CHAT_BODY } from '../src/server/openai/params.js';
import { NO_PARAMS, RUN_PARAMS, TOOL_PARAMS } from '../src/server/rpc/params.js';
import { withoutDescriptions } from './schema-check.js';

const SCHEMAS = { run: RUN_PARAMS, tool: TOOL_PARAMS, none: NO_PARAMS, chat: CHAT_BODY };

/** The checks of what callers of the server send, as plain code, so that no request waits for a compiler. */
export async function requestChecks(root: string): Promise<string> {
  const ajv = new Ajv2020({
    schemas: Object.entries(SCHEMAS).map(([name, schema]) => ({ $id: name, ...withoutDescriptions(schema) })),
    strict: true,
    allowUnionTypes: true,
    strictRequired: false,
    // Of many wrong values the first is enough to tell.
    allErrors: false,
    messages: false,
    code: { source: true, esm: true },
  });
  const names = Object.fromEntries(Object.keys(SCHEMAS).map((name) => [name, name]));
  const bundle = await build({
    stdin: { contents: standalone.default(ajv, names), resolveDir: root, loader: 'js' },
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
