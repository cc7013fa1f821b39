import type { HttpTask } from '../../src/adapters/http/wire.js';
import { httpAdapter } from '../../src/adapters/http.js';
import { layerOf, mergeLayers } from '../../src/config/layers.js';
import { resolveConfig } from '../../src/config/resolve.js';
import { parseSource } from '../../src/config/source.js';
import type { Tree } from '../../src/config/tree.js';
import { code, plain, table } from './markdown.js';

/** A request that asks for everything that can be asked for, as the adapter itself would send it. */
export function requestLines(source: { name: string; tool: Tree; yaml: string }): string[] {
  const task = sampleTask(source);
  const env = Object.fromEntries(task.tool.apiKeyEnv.map((name) => [name, `value-of-${name}`]));
  const call = httpAdapter.prepare(task, { env, platform: 'linux' });
  if (!call.ok) throw new Error(call.error.message);
  const { preview } = call.value;
  if (!('request' in preview)) throw new Error(`\`${source.name}\` sends no request`);
  const { method, url, headers, body } = preview.request;
  return [
    'A request with all options; options that are not given are omitted.',
    '',
    '```http',
    `${method} ${url}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    '',
    ...JSON.stringify(body, null, 2).split('\n'),
    '```',
    '',
    ...table(['part of the request', 'how it is passed'], remarksOn(task)),
  ];
}

const remarksOn = ({ tool }: HttpTask): string[][] => [
  ['conversation', 'turn by turn; without one the prompt is the only turn'],
  [
    'schema of the answer',
    'as a parameter if the API supports the schema, else in the prompt; the router checks the answer in any case',
  ],
  ['access', 'an API cannot read your files: every level is the same'],
  [
    'session to resume',
    tool.api === 'openai-responses'
      ? 'by the id of the last answer (`previous_response_id`)'
      : 'not possible: `--resume` rejects the tool',
  ],
  ['cost cap', 'not supported: the option is ignored with a warning'],
];

function sampleTask({ name, yaml }: { name: string; yaml: string }): HttpTask {
  const tool = resolvedTool(name, yaml);
  const model = tool.models[0]?.value ?? '*';
  return {
    tool,
    modelName: model,
    modelId: model === '*' ? '{model}' : model,
    model: null,
    agent: '{agent}',
    sourceAgent: null,
    isShown: false,
    origin: 'command_line',
    prompt: '{prompt}',
    promptFile: null,
    system: '{system}',
    turns: [],
    access: 'read',
    effort: 'medium',
    maxTokens: 1000,
    temperature: 0.2,
    stop: ['{stop}'],
    maxCostMicroUsd: null,
    schema: JSON.stringify({
      type: 'object',
      properties: { answer: { type: 'string' } },
      required: ['answer'],
      additionalProperties: false,
    }),
    toolSessionId: null,
    session: '{session}',
    cwd: '/',
    binaryPath: null,
    timeoutMs: tool.timeoutMs,
    idleTimeoutMs: tool.idleTimeoutMs,
    ids: { invocationId: '{id}', rootId: '{id}', traceId: '{trace_id}', depth: 0 },
    sessionTotals: null,
    usesGateway: false,
  };
}

function resolvedTool(name: string, yaml: string) {
  const { source } = parseSource({ file: name, text: yaml });
  const { layer } = layerOf('built-in', source === null ? [] : [source]);
  const config = resolveConfig(mergeLayers([layer]), { home: '/', pathOf: (file) => file });
  const tool = config.tools[name];
  if (tool?.kind !== 'http') throw new Error(`\`${name}\` is no HTTP tool`);
  return tool;
}

/** Where an HTTP tool is found, for the index. */
export function apiText(tool: Tree): string {
  return code(plain(tool.base_url));
}
