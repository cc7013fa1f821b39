import { chmodSync, copyFileSync } from 'node:fs';
import path from 'node:path';
import { type Provider, plain, type Reply } from '../rig/provider.js';
import type { Rig } from '../rig/rig.js';

/** One request of the fake agent; several `times` at once. */
export interface CallStep {
  path?: string;
  method?: string;
  body?: object;
  headers?: Record<string, string>;
  times?: number;
  /** Tries again after an error so often. */
  retries?: number;
  /** Bytes that are added to the body. */
  pad?: number;
  chunked?: boolean;
  /** Another place than the URL that it was given. */
  url?: string;
}

/** What the fake agent does with a prompt. */
export interface CallScript {
  steps: readonly CallStep[];
  usage?: { in?: number; out?: number; cost?: number };
  exit?: number;
  hang?: boolean;
  /** Makes its first call again and again, until one breaks off. */
  forever?: boolean;
  quiet?: boolean;
}

/** The prompt of a script. */
export function scriptOf(script: CallScript): string {
  return JSON.stringify(script);
}

/** A small call of Messages. */
export function message(model = 'claude-1', maxTokens = 100, more: object = {}): object {
  return { model, max_tokens: maxTokens, messages: [{ role: 'user', content: 'hello' }], ...more };
}

const MODELS = `
  big: { provider: acme, id: claude-1, context_window: 100000, cost_per_1m_tokens: { input: 10, output: 30 } }
  small: { provider: acme, id: claude-0, context_window: 100000, cost_per_1m_tokens: { input: 1, output: 3 } }`;

/** A config with one tool that calls its provider through the gateway. */
export function gatewayConfig(
  base: string,
  more: { agent?: string; policy?: string; tool?: string; api?: string; models?: string; rest?: string } = {},
): string {
  return `version: 1
default_agent: worker
agents:
  worker: { preferred_tool: bot, preferred_model: big, ${more.agent ?? ''} }
tools:
  bot:
    binary: bot-cli
    args: []
    billing: api
    models: [big, small]
    output: { format: ndjson, text: /text, cost_usd: { pointer: /cost, take: last }, usage: { input_tokens: /in, output_tokens: /out } }
    gateway: { api: ${more.api ?? 'anthropic-messages'}, base_url: '${base}', env: { BOT_BASE_URL: '{gateway_url}' } }
    ${more.tool ?? ''}
models:${more.models ?? MODELS}
policies:
  default: { ${more.policy ?? ''} }
${more.rest ?? ''}`;
}

/** Puts the fake agent into the PATH of a rig. */
export function installCaller(rig: Rig, name = 'bot-cli'): void {
  const file = path.join(rig.bin, name);
  copyFileSync(path.join(import.meta.dirname, 'agents', 'caller.cjs'), file);
  chmodSync(file, 0o755);
}

/** The document of a run. */
export interface CallDocument {
  status: string;
  text: string | null;
  usage: Record<string, number | null> | null;
  cost: { usd: number | null; basis: string } | null;
  failure: {
    type: string;
    message: string;
    http_status: number | null;
    retry_after_ms: number | null;
  } | null;
  warnings: string[];
  attempts: {
    tool: string;
    cost: { usd: number | null; basis: string };
    usage: Record<string, number | null> | null;
    failure: { type: string } | null;
    calls: {
      model: string | null;
      status: number | null;
      usage: Record<string, number | null> | null;
      cost: { usd: number | null; basis: string } | null;
      first_output_ms: number | null;
      latency_ms: number;
      failure: { type: string; message: string } | null;
    }[];
  }[];
}

/** Runs a script, and reads the document. */
export async function runCaller(
  rig: Rig,
  script: CallScript,
  args: readonly string[] = [],
): Promise<{ code: number | null; stderr: string; document: CallDocument }> {
  const { code, stdout, stderr } = await rig.run(['exec', '--json', ...args], { stdin: scriptOf(script) });
  return { code, stderr, document: JSON.parse(stdout) as CallDocument };
}

/** A small answer of Messages. */
export function answer(inputTokens: number, outputTokens: number): Reply {
  const usage = { input_tokens: inputTokens, output_tokens: outputTokens };
  const content = [{ type: 'text', text: 'ok' }];
  return plain(200, { type: 'message', model: 'claude-1', content, stop_reason: 'end_turn', usage });
}

/** A rig with the fake agent, its config, and a provider that gives these replies. */
export async function setUp(
  rig: Rig,
  replies: readonly Reply[] | undefined,
  more: Parameters<typeof gatewayConfig>[1] = {},
): Promise<Provider> {
  const provider = await rig.provider(replies);
  installCaller(rig);
  rig.write('llm-router.yaml', gatewayConfig(provider.url, more));
  return provider;
}
