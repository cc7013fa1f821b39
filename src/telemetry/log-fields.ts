/** Names of the structured log. */
export type LogEventName =
  | 'policy.choice'
  | 'policy.fallback'
  | 'policy.warning'
  | 'policy.refused'
  | 'llm.complete.start'
  | 'llm.complete.success'
  | 'llm.complete.error'
  | 'llm.retry'
  | 'llm.queue.wait'
  | 'llm.recovery';

export type LogLevel = 'info' | 'warning' | 'error';

/** One line of the structured log. Every line has the fields named here; `null` is unknown. */
export interface LogRecord {
  /** ISO time, UTC. */
  ts: string;
  level: LogLevel;
  event: LogEventName;
  invocation_id: string;
  trace_id: string;
  agent: string | null;
  tool: string | null;
  model: string | null;
  attempt: number | null;
  [field: string]: unknown;
}

/**
 * Our fields in the words of OpenTelemetry (https://opentelemetry.io/docs/specs/semconv/registry/attributes/gen-ai/). Theirs
 * counts cached tokens as input too: `gen_ai.usage.input_tokens` is the sum of `input_tokens`, `cache_read_tokens`,
 * `cache_write_tokens` and `cache_write_1h_tokens`.
 */
export const OPEN_TELEMETRY_NAMES = {
  trace_id: 'trace_id',
  agent: 'gen_ai.agent.name',
  provider: 'gen_ai.provider.name',
  model: 'gen_ai.request.model',
  response_model: 'gen_ai.response.model',
  finish_reason: 'gen_ai.response.finish_reasons',
  session: 'gen_ai.conversation.id',
  input_tokens: 'gen_ai.usage.input_tokens',
  cache_read_tokens: 'gen_ai.usage.cache_read.input_tokens',
  cache_write_tokens: 'gen_ai.usage.cache_creation.input_tokens',
  output_tokens: 'gen_ai.usage.output_tokens',
  reasoning_tokens: 'gen_ai.usage.reasoning.output_tokens',
  failure: 'error.type',
} as const;
