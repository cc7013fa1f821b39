import type { CalledTool, ProviderCall, Tokens } from './wire.js';

/** The most output of a request that names no limit: that of the models in the config of the case. */
export const UNNAMED_OUTPUT_LIMIT = 8000;

/** Share of answers that call a tool, so that most agents ask again. */
const TOOL_SHARE = 0.9;

const UNKNOWN_TOOL: CalledTool = { name: 'loopback_lookup', namespace: null, input: { query: 'x' } };

/** What a provider answers at random. `tool`: it calls a tool that no agent has; `null`: it says something. */
export function randomAnswer(call: ProviderCall, body: string): { tokens: Tokens; tool: CalledTool | null } {
  // No tokenizer makes more tokens of a text than it has bytes.
  const whole = 1 + random(Buffer.byteLength(body) - 1);
  const cacheRead = random(whole - 1);
  const cacheWrite = /"cache_control"/.test(body) ? random(whole - 1 - cacheRead) : 0;
  const output = 1 + random(outputLimit(call.body) - 1);
  const reasoning = random(output - 1);
  const tokens = { input: whole - cacheRead - cacheWrite, cacheRead, cacheWrite, output, reasoning };
  return { tokens, tool: Math.random() < TOOL_SHARE ? UNKNOWN_TOOL : null };
}

function outputLimit(body: Record<string, unknown>): number {
  const config = body.generationConfig;
  const inConfig =
    typeof config === 'object' && config !== null ? { ...config }['maxOutputTokens' as never] : null;
  const named = [body.max_tokens, body.max_completion_tokens, body.max_output_tokens, inConfig];
  return named.find((limit) => typeof limit === 'number') ?? UNNAMED_OUTPUT_LIMIT;
}

/** Uniform in [0, most]. */
function random(most: number): number {
  return Math.floor(Math.random() * (most + 1));
}
