import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { anthropic } from './anthropic.js';
import { type Delegation, delegate } from './delegation.js';
import { type EditThenFail, editThenFail } from './edit.js';
import { gemini } from './gemini.js';
import { openaiChat } from './openai-chat.js';
import { openaiResponses } from './openai-responses.js';
import { randomAnswer } from './random.js';
import {
  type FailureStatus,
  type ProviderCall,
  type Reply,
  structuredTool,
  type Tokens,
  type Wire,
} from './wire.js';

/** How the provider behaves until told otherwise. `structured` answers with `value`, by a tool
 * call where the caller offers a tool for it; `random` answers at random, with a random usage; `hang` accepts a request and never answers it. */
export type Behaviour =
  | 'answer'
  | 'structured'
  | 'random'
  | 'hang'
  | FailureStatus
  | Delegation
  | EditThenFail;

/** A request as it arrived. `kind` is `other` for what no API here knows. */
export interface SeenRequest {
  method: string;
  path: string;
  kind: 'model' | 'side' | 'other';
  /** The body as text. */
  body: string;
}

/** A provider on loopback that speaks four APIs. */
export interface FakeProvider {
  /** `http://127.0.0.1:<port>`, without a path. */
  url: string;
  /** The answer to every model request. */
  text: string;
  /** The structured answer. */
  value: Record<string, number>;
  /** Starts a new scenario: forgets what was seen, and lets every answer pass at once unless `held`. */
  begin(behaviour: Behaviour, options?: { held: boolean }): void;
  /** Lets the rest of held answers go. */
  release(): void;
  /** What arrived since the scenario began. */
  seen(): readonly SeenRequest[];
  /** What the answers at random of this scenario used, in their order. */
  billed(): readonly Tokens[];
  /** Resolves when the first model request of this scenario has arrived, or with `false` after `limitMs`. */
  firstModelRequest(limitMs: number): Promise<boolean>;
  close(): Promise<void>;
}

const WIRES: readonly Wire[] = [anthropic, openaiResponses, openaiChat, gemini];
const TEXT = ['The loopback provider says: ', 'forty-two.'] as const;
const VALUE = { result: 42 };

interface Scenario {
  behaviour: Behaviour;
  seen: SeenRequest[];
  billed: Tokens[];
  released: Gate;
  asked: Gate;
}

/** Starts it on a free port. */
export async function startProvider(): Promise<FakeProvider> {
  let scenario = newScenario('answer', false);
  const server = createServer((request, response) => {
    serve(request, response, scenario).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${portOf(server)}`,
    text: TEXT.join(''),
    value: VALUE,
    begin: (behaviour, options) => {
      scenario.released.open();
      scenario = newScenario(behaviour, options?.held === true);
    },
    release: () => scenario.released.open(),
    seen: () => scenario.seen,
    billed: () => scenario.billed,
    firstModelRequest: (limitMs) => withinLimit(scenario.asked.opened, limitMs),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function newScenario(behaviour: Behaviour, held: boolean): Scenario {
  const [released, asked] = [gate(), gate()];
  if (!held) released.open();
  return { behaviour, seen: [], billed: [], released, asked };
}

/** A promise, and what resolves it. */
interface Gate {
  opened: Promise<void>;
  open: () => void;
}

function gate(): Gate {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function withinLimit(event: Promise<void>, limitMs: number): Promise<boolean> {
  const limit = new AbortController();
  const late = setTimeout(limitMs, false, { signal: limit.signal }).catch(() => false);
  const came = await Promise.race([event.then(() => true), late]);
  limit.abort();
  return came;
}

async function serve(request: IncomingMessage, response: ServerResponse, scenario: Scenario): Promise<void> {
  const { call, body } = await readCall(request);
  const wire = WIRES.find((candidate) => candidate.kind(call) !== null);
  const kind = wire?.kind(call) ?? 'other';
  scenario.seen.push({ method: call.method, path: call.path, kind, body });
  if (wire === undefined || kind === 'other') return send(response, NOTHING_HERE, scenario.released.opened);
  if (kind === 'side') return send(response, wire.side(call), scenario.released.opened);
  scenario.asked.open();
  const { behaviour, billed, released } = scenario;
  if (behaviour === 'hang') return;
  await send(response, replyTo(call, wire, { behaviour, billed, body }), released.opened);
}

function replyTo(
  call: ProviderCall,
  wire: Wire,
  { behaviour, billed, body }: { behaviour: Exclude<Behaviour, 'hang'>; billed: Tokens[]; body: string },
): Reply {
  if (behaviour === 'random') {
    const { tokens, tool } = randomAnswer(call, body);
    billed.push(tokens);
    return tool === null ? wire.answer(call, TEXT, tokens) : wire.toolCall(call, tool, tokens);
  }
  if (behaviour === 'answer') return wire.answer(call, TEXT);
  if (typeof behaviour === 'object' && 'file' in behaviour) return editThenFail(call, wire, behaviour);
  if (typeof behaviour === 'object') return delegate(call, wire, behaviour, TEXT);
  if (behaviour !== 'structured') return wire.failure(behaviour);
  const tool = structuredTool(call);
  return tool === null
    ? wire.answer(call, [JSON.stringify(VALUE), ''])
    : wire.toolCall(call, { ...tool, input: VALUE });
}

const NOTHING_HERE: Reply = { status: 404, headers: { 'content-type': 'application/json' }, chunks: ['{}'] };

async function send(response: ServerResponse, reply: Reply, released: Promise<void>): Promise<void> {
  response.writeHead(reply.status, reply.headers);
  for (const [index, chunk] of reply.chunks.entries()) {
    if (index > 0) await released;
    response.write(chunk);
  }
  response.end();
}

async function readCall(request: IncomingMessage): Promise<{ call: ProviderCall; body: string }> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  const body = decoded(Buffer.concat(parts), request.headers['content-encoding']).toString('utf8');
  const url = new URL(request.url ?? '/', 'http://loopback');
  const json = objectOf(body);
  const call = {
    method: request.method ?? 'GET',
    path: url.pathname,
    query: url.search,
    body: json,
    streamed: json.stream === true,
  };
  return { call, body };
}

function decoded(bytes: Buffer, encoding: string | undefined): Buffer {
  switch (encoding) {
    case 'gzip':
      return gunzipSync(bytes);
    case 'br':
      return brotliDecompressSync(bytes);
    default:
      return bytes;
  }
}

function objectOf(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {}; // a body in another form is answered like an empty one
  }
}
