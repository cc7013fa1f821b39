import { Ajv2020 } from 'ajv/dist/2020.js';
import standalone from 'ajv/dist/standalone/index.js';
import { build } from 'esbuild';
import { MCP_ARGUMENTS } from '../src/mcp/schemas.js';
import { CHAT_BODY } from '../src/server/openai/params.js';
import { NO_PARAMS, RUN_PARAMS, TOOL_PARAMS } from '../src/server/rpc/params.js';
import type { JsonSchema } from '../src/shapes/schema.js';
import { withoutDescriptions } from './schema-check.js';

const SCHEMAS = { run: RUN_PARAMS, tool: TOOL_PARAMS, none: NO_PARAMS, chat: CHAT_BODY };

/** The checks of what callers of the server send, as plain code, so that no request waits for a compiler. */
export function requestChecks(root: string): Promise<string> {
  return checksOf(root, SCHEMAS);
}

/** The checks of the arguments of MCP tools. */
export function argumentChecks(root: string): Promise<string> {
  return checksOf(root, MCP_ARGUMENTS);
}

async function checksOf(root: string, wanted: Readonly<Record<string, JsonSchema>>): Promise<string> {
  const ajv = new Ajv2020({
    schemas: Object.entries(wanted).map(([name, schema]) => ({ $id: name, ...withoutDescriptions(schema) })),
    strict: true,
    allowUnionTypes: true,
    strictRequired: false,
    // Of many wrong values the first is enough to tell.
    allErrors: false,
    messages: false,
    code: { source: true, esm: true },
  });
  const names = Object.fromEntries(Object.keys(wanted).map((name) => [name, name]));
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
