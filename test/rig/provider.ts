import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';

/** One call that a fake provider got. */
export interface ProviderCall {
  path: string;
  headers: IncomingHttpHeaders;
  /** The body as it came. */
  text: string;
  /** The body, parsed. */
  body: Record<string, unknown>;
  /** Number of its connection, from 1. */
  connection: number;
}

/** A call that is being answered. */
export interface Exchange {
  call: ProviderCall;
  /** Sends the first line and the headers. */
  head(status: number, headers?: Record<string, string>): void;
  /** Resolves when the bytes have left. */
  write(data: string | Uint8Array): Promise<void>;
  end(data?: string | Uint8Array): void;
  /** Closes the connection without finishing the answer. */
  destroy(): void;
  /** Resets it, as a crashed machine would. */
  reset(): void;
  /** Resolves when the client has gone. */
  gone: Promise<void>;
}

/** Answers one call. */
export type Reply = (exchange: Exchange) => void | Promise<void>;

/** A provider on this machine, over real HTTP. */
export interface Provider {
  /** `http://127.0.0.1:PORT` */
  url: string;
  port: number;
  /** The calls so far. */
  calls: ProviderCall[];
  /** How many connections were opened. */
  connections(): number;
  /** The next call, to be answered by the test itself; only for a provider without a script. */
  nextCall(): Promise<Exchange>;
  /** Unused steps and unexpected calls. */
  problems(): string[];
  close(): Promise<void>;
}

/** Starts a provider that gives one reply a call; without replies the test drives it by `nextCall`. */
export async function startProvider(
  replies?: readonly Reply[],
  tls?: { key: string; cert: string },
): Promise<Provider> {
  const script = replies === undefined ? driven() : scripted(replies);
  const calls: ProviderCall[] = [];
  const sockets = new Set<Socket>();
  const numbers = new WeakMap<object, number>();
  let opened = 0;
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const exchange = await read(request, response, numbers.get(request.socket) ?? 0);
    calls.push(exchange.call);
    await script.answer(exchange);
  };
  const listener = (request: IncomingMessage, response: ServerResponse): void =>
    void handle(request, response).catch(() => response.destroy());
  const server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener);
  server.on(tls === undefined ? 'connection' : 'secureConnection', (socket: Socket) => {
    numbers.set(socket, ++opened);
  });
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const close = (): Promise<void> => {
    for (const socket of sockets) socket.destroy();
    return new Promise((resolve) => server.close(() => resolve()));
  };
  const url = `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`;
  const { nextCall, problems } = script;
  return { url, port, calls, connections: () => opened, nextCall, problems, close };
}

/** Answers the calls of a provider: by script, or by the test. */
interface Script extends Pick<Provider, 'nextCall' | 'problems'> {
  answer(exchange: Exchange): void | Promise<void>;
}

function scripted(replies: readonly Reply[]): Script {
  const left = [...replies];
  const unexpected: string[] = [];
  return {
    answer: (exchange) => {
      const reply = left.shift();
      if (reply !== undefined) return reply(exchange);
      unexpected.push(`unexpected call of ${exchange.call.path}: ${exchange.call.text.slice(0, 200)}`);
      exchange.head(599);
      exchange.end();
    },
    nextCall: () => Promise.reject(new Error('this provider answers by its script')),
    problems: () => [
      ...unexpected,
      ...left.map((_, index) => `unused reply ${index + 1} of ${left.length} of a provider`),
    ],
  };
}

function driven(): Script {
  const waiting: Exchange[] = [];
  const takers: ((exchange: Exchange) => void)[] = [];
  return {
    answer: (exchange) => {
      const taker = takers.shift();
      if (taker === undefined) waiting.push(exchange);
      else taker(exchange);
    },
    nextCall: () =>
      new Promise((resolve) => {
        const next = waiting.shift();
        if (next === undefined) takers.push(resolve);
        else resolve(next);
      }),
    problems: () => waiting.map(({ call }) => `the test did not answer the call of ${call.path}`),
  };
}

async function read(
  request: IncomingMessage,
  response: ServerResponse,
  connection: number,
): Promise<Exchange> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString('utf8');
  const { socket } = request;
  response.on('error', () => undefined);
  return {
    call: {
      path: request.url ?? '',
      headers: request.headers,
      text,
      body: parsed(text),
      connection,
    },
    head: (status, headers = {}) => void response.writeHead(status, headers).flushHeaders(),
    write: (data) => new Promise((resolve) => response.write(data, () => resolve())),
    end: (data) => void response.end(data),
    destroy: () => socket.destroy(),
    reset: () => socket.resetAndDestroy(),
    gone: new Promise((resolve) => socket.once('close', () => resolve())),
  };
}

function parsed(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {};
  }
}

/** A reply in one piece: JSON, or plain text; only its first characters, if a `length` is given. */
export function plain(
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
  length?: number,
): Reply {
  return ({ head, end }) => {
    const isText = typeof body === 'string';
    head(status, { 'content-type': isText ? 'text/html' : 'application/json', ...headers });
    end((isText ? body : JSON.stringify(body)).slice(0, length));
  };
}

/** A reply as a stream of events with these data; objects become JSON. */
export function stream(events: readonly unknown[], more: { headers?: Record<string, string> } = {}): Reply {
  return async ({ head, write, end }) => {
    head(200, { 'content-type': 'text/event-stream', ...more.headers });
    for (const event of events) await write(frame(event));
    end();
  };
}

/** One event of a stream; Anthropic names its events. */
export function frame(event: unknown): string {
  if (typeof event === 'string') return `data: ${event}\n\n`;
  const name = (event as { type?: unknown }).type;
  return `${typeof name === 'string' ? `event: ${name}\n` : ''}data: ${JSON.stringify(event)}\n\n`;
}

/** The events of an answer in the format of OpenAI. */
export function chatEvents(
  texts: readonly string[],
  more: { finish?: string; usage?: unknown; model?: string } = {},
): unknown[] {
  const chunk = (delta: unknown, finish: string | null) => ({
    id: 'chatcmpl-1',
    object: 'chat.completion.chunk',
    model: more.model ?? 'm-2026',
    choices: [{ index: 0, delta, finish_reason: finish }],
  });
  const usage = more.usage ?? { prompt_tokens: 11, completion_tokens: 3, total_tokens: 14 };
  return [
    chunk({ role: 'assistant', content: '' }, null),
    ...texts.map((content) => chunk({ content }, null)),
    chunk({}, more.finish ?? 'stop'),
    { id: 'chatcmpl-1', object: 'chat.completion.chunk', choices: [], usage },
    '[DONE]',
  ];
}

/** The events of an answer in the format of OpenAI's Responses; `finish`: why it is incomplete. */
export function responseEvents(
  texts: readonly string[],
  more: { finish?: string; usage?: object; store?: boolean } = {},
): object[] {
  const about = { id: 'resp_1', object: 'response', model: 'm-2026', store: more.store ?? true, error: null };
  const end = more.finish === undefined ? 'completed' : 'incomplete';
  const message = {
    type: 'message',
    role: 'assistant',
    content: [{ type: 'output_text', text: texts.join('') }],
  };
  return [
    { type: 'response.created', response: { ...about, status: 'in_progress', output: [], usage: null } },
    { type: 'response.output_item.added', output_index: 0, item: { type: 'reasoning', summary: [] } },
    { type: 'response.output_item.added', output_index: 1, item: { ...message, content: [] } },
    ...texts.map((delta) => ({ type: 'response.output_text.delta', output_index: 1, delta })),
    { type: 'response.output_text.done', output_index: 1, text: texts.join('') },
    {
      type: `response.${end}`,
      response: {
        ...about,
        status: end,
        incomplete_details: more.finish === undefined ? null : { reason: more.finish },
        output: [{ type: 'reasoning', summary: [] }, message],
        usage: more.usage ?? { input_tokens: 11, output_tokens: 3, total_tokens: 14 },
      },
    },
  ];
}

/** The lines of an answer in the format of Ollama. */
export function ollamaLines(
  texts: readonly string[],
  more: { finish?: string; usage?: object } = {},
): object[] {
  const line = (content: string, rest: object) => ({
    model: 'llama3.2',
    created_at: '2026-11-01T12:00:00.1Z',
    message: { role: 'assistant', content },
    ...rest,
  });
  return [
    ...texts.map((text) => line(text, { done: false })),
    line('', {
      done: true,
      done_reason: more.finish ?? 'stop',
      ...(more.usage ?? { prompt_eval_count: 26, eval_count: 4 }),
    }),
  ];
}

/** A reply as a stream of JSON lines. */
export function lines(values: readonly object[], type = 'application/x-ndjson'): Reply {
  return async ({ head, write, end }) => {
    head(200, { 'content-type': type });
    for (const value of values) await write(`${JSON.stringify(value)}\n`);
    end();
  };
}

/** The events of an answer in the format of Gemini. */
export function geminiEvents(
  texts: readonly string[],
  more: { finish?: string; usage?: object } = {},
): object[] {
  const chunk = (part: object, rest: object = {}) => ({
    candidates: [{ content: { parts: [part], role: 'model' }, index: 0, ...rest }],
    modelVersion: 'gemini-2026',
    responseId: 'resp-g',
  });
  const prompt = { promptTokenCount: 9, totalTokenCount: 9 };
  const usage = more.usage ?? { promptTokenCount: 9, candidatesTokenCount: 4, totalTokenCount: 13 };
  return [
    ...texts.map((text) => ({ ...chunk({ text }), usageMetadata: prompt })),
    { ...chunk({ text: '' }, { finishReason: more.finish ?? 'STOP' }), usageMetadata: usage },
  ];
}

/** The events of an answer in the format of Anthropic. */
export function messageEvents(
  texts: readonly string[],
  more: { stop?: string; usage?: object; outputTokens?: number } = {},
): object[] {
  const usage = more.usage ?? { input_tokens: 9, output_tokens: 1 };
  return [
    {
      type: 'message_start',
      message: { id: 'msg_1', type: 'message', role: 'assistant', model: 'claude-2026', content: [], usage },
    },
    { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
    { type: 'ping' },
    ...texts.map((text) => ({
      type: 'content_block_delta',
      index: 0,
      delta: { type: 'text_delta', text },
    })),
    { type: 'content_block_stop', index: 0 },
    {
      type: 'message_delta',
      delta: { stop_reason: more.stop ?? 'end_turn', stop_sequence: null },
      usage: { output_tokens: more.outputTokens ?? 4 },
    },
    { type: 'message_stop' },
  ];
}
