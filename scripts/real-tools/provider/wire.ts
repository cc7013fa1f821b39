/** What a provider is asked, as far as the answer depends on it. */
export interface ProviderCall {
  method: string;
  /** Without the query. */
  path: string;
  query: string;
  body: Record<string, unknown>;
  /** Whether the caller wants server-sent events. */
  streamed: boolean;
}

/** An answer. Of several chunks, all but the first are held back until the server is told to let them go. */
export interface Reply {
  status: number;
  headers: Record<string, string>;
  chunks: string[];
}

/** The tokens of one answer, as a provider bills them: input without what came from a cache, output with its reasoning. */
export interface Tokens {
  input: number;
  cacheRead: number;
  /** Only where a request asks for a cache. */
  cacheWrite: number;
  output: number;
  reasoning: number;
}

/** One provider API: which requests are its own, and how it answers and fails. */
export interface Wire {
  readonly name: string;
  /** The kind of request, `null` for those of other APIs. `model` asks for an answer, `side` for a count or a list. */
  kind(call: ProviderCall): 'model' | 'side' | null;
  answer(call: ProviderCall, text: readonly [string, string], tokens?: Tokens): Reply;
  /** A call of a tool that the caller offers, by its name there; of some the name has a namespace apart. */
  toolCall(call: ProviderCall, tool: CalledTool, tokens?: Tokens): Reply;
  side(call: ProviderCall): Reply;
  failure(status: FailureStatus): Reply;
}

/** A call of a tool. */
export interface CalledTool extends OfferedTool {
  input: unknown;
}

/** A tool as the caller names it to the model. */
export interface OfferedTool {
  name: string;
  namespace: string | null;
  /** It takes a text in a language of its own in place of JSON. */
  isProgram?: boolean;
}

/** The tool that is offered for structured answers, unless it has been called already. */
export function structuredTool({ body }: ProviderCall): OfferedTool | null {
  const written = JSON.stringify(body);
  if (/"type":"tool_result"|"role":"tool"/.test(written)) return null;
  const name = /"name":"(structured_?output)"/i.exec(written)?.[1];
  return name === undefined ? null : { name, namespace: null };
}

/** The failures that a scenario can ask for. */
export type FailureStatus = 401 | 429 | 500;

/** One JSON value as the whole reply. */
export function jsonReply(value: unknown, status = 200): Reply {
  return {
    status,
    headers: { 'content-type': 'application/json', ...(status === 429 ? { 'retry-after': '2' } : {}) },
    chunks: [JSON.stringify(value)],
  };
}

/** Server-sent events: those of `first` at once, those of `rest` when the server lets them go. */
export function eventReply(first: readonly SseEvent[], rest: readonly SseEvent[]): Reply {
  const write = (events: readonly SseEvent[]) => events.map(writeEvent).join('');
  return {
    status: 200,
    headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' },
    chunks: [write(first), write(rest)],
  };
}

/** An event with its name, where the API has names, and its data. */
export interface SseEvent {
  name: string | null;
  data: unknown;
}

function writeEvent({ name, data }: SseEvent): string {
  const line = typeof data === 'string' ? data : JSON.stringify(data);
  return `${name === null ? '' : `event: ${name}\n`}data: ${line}\n\n`;
}

let made = 0;

/** An id that no other call of a tool has. */
export function newId(kind: string): string {
  made += 1;
  return `${kind}_loopback${made}`;
}
