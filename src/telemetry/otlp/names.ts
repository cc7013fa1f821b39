import { OPEN_TELEMETRY_NAMES as LOGGED } from '../log-fields.js';

/** The kinds of spans of a run. */
export const SPANS = {
  invocation: 'One request, from its plan to its answer; `invoke_agent AGENT`',
  attempt: 'One attempt of a candidate; `chat MODEL` for provider APIs, `invoke_agent TOOL` for other tools',
  call: 'One call of a tool to its provider that passed through the gateway; `chat MODEL`',
  race: 'A race, with the invocations of its candidates below it; `race`',
  verify: 'The command that judges the change of a candidate, below its invocation; `verify`',
  wait: 'A wait for a retry, a cooldown or a slot; `wait`',
} as const;
export type SpanName = keyof typeof SPANS;

/** An attribute: the spans that may have it, and what it says. */
export interface AttributeName {
  on: readonly SpanName[];
  about: string;
}

/** Names that no field of the log has. */
export const NAMES = {
  operation: 'gen_ai.operation.name',
  requestId: 'gen_ai.response.id',
  firstOutput: 'gen_ai.response.time_to_first_chunk',
  input: 'gen_ai.input.messages',
  output: 'gen_ai.output.messages',
  system: 'gen_ai.system_instructions',
  tokenType: 'gen_ai.token.type',
  server: 'server.address',
  port: 'server.port',
  httpStatus: 'http.response.status_code',
  exitCode: 'llm_router.exit_code',
  invocation: 'llm_router.invocation.id',
  parent: 'llm_router.parent.id',
  status: 'llm_router.status',
  policy: 'llm_router.policy',
  sourceAgent: 'llm_router.source_agent',
  attempts: 'llm_router.attempts',
  attempt: 'llm_router.attempt',
  tool: 'llm_router.tool',
  costUsd: 'llm_router.cost.usd',
  costBasis: 'llm_router.cost.basis',
  waitKind: 'llm_router.wait.kind',
  waitReason: 'llm_router.wait.reason',
  raceMode: 'llm_router.race.mode',
  raceCandidates: 'llm_router.race.candidates',
  raceWinner: 'llm_router.race.winner.id',
  raceApplied: 'llm_router.race.applied',
} as const;

/** Every attribute of the spans. */
export const ATTRIBUTES: Readonly<Record<string, AttributeName>> = {
  [NAMES.operation]: { on: ['invocation', 'attempt', 'call'], about: '`invoke_agent` or `chat`' },
  [LOGGED.agent]: { on: ['invocation', 'attempt', 'race'], about: 'The agent; of an attempt, the tool' },
  [LOGGED.session]: { on: ['invocation', 'race'], about: 'The session of the caller' },
  [LOGGED.provider]: {
    on: ['attempt', 'call'],
    about: 'The `provider` of the model, as the conventions spell it',
  },
  [LOGGED.model]: {
    on: ['invocation', 'attempt', 'call', 'race'],
    about: 'The model that was asked; of a race, by the winner',
  },
  [LOGGED.response_model]: {
    on: ['invocation', 'attempt', 'race'],
    about: 'The model that answered, as the tool or provider named it',
  },
  [NAMES.requestId]: { on: ['attempt'], about: "The provider's id of the call" },
  [LOGGED.finish_reason]: { on: ['attempt'], about: 'Why the answer ended; a list of one' },
  [LOGGED.input_tokens]: { on: ['attempt', 'call'], about: 'Input, cached tokens included' },
  [LOGGED.cache_read_tokens]: { on: ['attempt', 'call'], about: 'Read from a cache' },
  [LOGGED.cache_write_tokens]: { on: ['attempt', 'call'], about: 'Written to a cache' },
  [LOGGED.output_tokens]: { on: ['attempt', 'call'], about: 'Output, reasoning included' },
  [LOGGED.reasoning_tokens]: { on: ['attempt', 'call'], about: 'Reasoning' },
  [LOGGED.failure]: {
    on: ['invocation', 'attempt', 'call', 'race', 'verify'],
    about: 'The type of the failure; absent when it succeeded',
  },
  [NAMES.server]: { on: ['attempt'], about: 'The host of the provider API' },
  [NAMES.port]: { on: ['attempt'], about: 'Its port' },
  [NAMES.httpStatus]: {
    on: ['attempt', 'call'],
    about: 'The HTTP status of the provider; of an attempt, when it failed',
  },
  [NAMES.exitCode]: { on: ['attempt', 'verify'], about: 'The exit code of the tool, or of the command' },
  [NAMES.invocation]: {
    on: ['invocation', 'attempt', 'call', 'wait', 'race', 'verify'],
    about: 'The id of the invocation, as in its trace; of a verification, of the candidate',
  },
  [NAMES.parent]: { on: ['invocation', 'race'], about: 'The invocation that it is nested in' },
  [NAMES.status]: { on: ['invocation', 'attempt', 'race'], about: '`succeeded`, `failed` or `cancelled`' },
  [NAMES.policy]: { on: ['invocation', 'race'], about: 'The policy' },
  [NAMES.sourceAgent]: { on: ['invocation', 'race'], about: 'The calling agent, if it is another' },
  [NAMES.attempts]: { on: ['invocation'], about: 'How many attempts there were' },
  [NAMES.attempt]: { on: ['attempt', 'wait'], about: 'The number of the attempt; of a wait, that before it' },
  [NAMES.tool]: {
    on: ['invocation', 'attempt', 'wait', 'race', 'verify'],
    about: 'The tool; of a race, of the winner',
  },
  [NAMES.costUsd]: {
    on: ['invocation', 'attempt', 'call', 'race'],
    about: 'What it cost, US dollars, of a race all candidates together; absent when unknown',
  },
  [NAMES.costBasis]: { on: ['invocation', 'attempt', 'call', 'race'], about: 'Where that figure comes from' },
  [NAMES.firstOutput]: { on: ['attempt', 'call'], about: 'From the start to the first output, seconds' },
  [NAMES.waitKind]: { on: ['wait'], about: '`retry` or `queue`' },
  [NAMES.waitReason]: { on: ['wait'], about: 'The failure that led to a retry' },
  [NAMES.raceMode]: { on: ['race'], about: '`parallel` or `cascade`' },
  [NAMES.raceCandidates]: { on: ['race'], about: 'How many candidates were named' },
  [NAMES.raceWinner]: { on: ['race'], about: 'The invocation of the winner; absent when there is none' },
  [NAMES.raceApplied]: {
    on: ['race'],
    about: 'What became of its change: `applied`, `conflict`, `nothing` or `not_written`',
  },
  [NAMES.input]: { on: ['invocation', 'race'], about: 'The prompt, as JSON; only with `log_prompts`' },
  [NAMES.system]: { on: ['invocation', 'race'], about: 'The system text, as JSON; only with `log_prompts`' },
  [NAMES.output]: { on: ['invocation', 'race'], about: 'The answer, as JSON; only with `log_prompts`' },
};

/** The histograms, with their units and upper bounds, by the GenAI conventions. */
export const METRICS = {
  duration: {
    name: 'gen_ai.client.operation.duration',
    unit: 's',
    about: 'How long each attempt took',
    bounds: [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92],
    labels: [NAMES.operation, LOGGED.provider, LOGGED.model, NAMES.tool, LOGGED.failure],
  },
  tokens: {
    name: 'gen_ai.client.token.usage',
    unit: '{token}',
    about: 'Tokens of each attempt, by their kind',
    bounds: Array.from({ length: 14 }, (_, power) => 4 ** power),
    labels: [NAMES.operation, LOGGED.provider, LOGGED.model, NAMES.tool, NAMES.tokenType],
  },
} as const;

/** Providers whose names in the catalogue differ from those of the conventions. */
const PROVIDERS: Readonly<Record<string, string>> = {
  google: 'gcp.gemini',
  gemini: 'gcp.gemini',
  vertex: 'gcp.vertex_ai',
  bedrock: 'aws.bedrock',
  azure: 'azure.ai.openai',
  mistral: 'mistral_ai',
  mistralai: 'mistral_ai',
  moonshot: 'moonshot_ai',
  moonshotai: 'moonshot_ai',
  watsonx: 'ibm.watsonx.ai',
  xai: 'x_ai',
  'x-ai': 'x_ai',
};

/** A provider of the catalogue as the conventions spell it. */
export function conventionalProvider(provider: string | null): string | null {
  return provider === null ? null : (PROVIDERS[provider.toLowerCase()] ?? provider);
}
