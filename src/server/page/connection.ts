import type { Range, StatusDocument } from '../status/document.js';
import { kept } from './storage.js';

/** How the page stands with the server. */
export type Connection =
  | { is: 'connecting' }
  | { is: 'live' }
  /** It ends, or has ended by now: what is shown is the last that it said. */
  | { is: 'draining' }
  | { is: 'lost'; why: string }
  /** It asks for a token; `isWrong`: it had one. */
  | { is: 'locked'; isWrong: boolean };

export interface Follower {
  onDocument: (document: StatusDocument) => void;
  onConnection: (connection: Connection) => void;
}

/** After a question that was not answered; an answer is held back by the server until there is something newer. */
export const RETRY_MS = 2000;
/** Where nothing is held back, it is not asked more often. */
const LEAST_MS = 500;
/** Longer than an answer is held back. */
const TIMEOUT_MS = 15_000;
const TOKEN = kept('session', 'llm-router.token');

/** Asks the server again and again, while the page is seen. */
export function follow({ onDocument, onConnection }: Follower) {
  let range: Range = '1h';
  let timer: number | undefined;
  /** The question that is under way; another one takes its place. */
  let current = new AbortController();
  let last: { range: Range; document: StatusDocument } | null = null;
  const ask = async (): Promise<void> => {
    window.clearTimeout(timer);
    current.abort();
    current = new AbortController();
    const { signal } = current;
    const startedMs = performance.now();
    const answer = await read({ range, after: last?.range === range ? last.document.at : null, signal });
    if (signal.aborted) return;
    // A wrong one is not sent again.
    if (answer.connection.is === 'locked') TOKEN.set(null);
    last = 'document' in answer ? { range, document: answer.document } : last;
    if ('document' in answer) onDocument(answer.document);
    onConnection(connectionOf(answer, last?.document ?? null));
    if (answer.connection.is === 'locked' || document.hidden) return;
    const pauseMs = 'document' in answer ? Math.max(0, LEAST_MS + startedMs - performance.now()) : RETRY_MS;
    timer = window.setTimeout(ask, pauseMs);
  };
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden) void ask();
  });
  return {
    start: ask,
    setRange: (chosen: Range) => {
      range = chosen;
      void ask();
    },
    setToken: (text: string | null) => {
      TOKEN.set(text);
      void ask();
    },
    hasToken: () => TOKEN.get() !== null,
  };
}

/** A server that ends takes no new connections while its runs finish, so that no answer is to be expected then. */
function connectionOf({ connection }: Answer, last: StatusDocument | null): Connection {
  const isOver = connection.is === 'live' || connection.is === 'lost';
  return isOver && last?.server.state === 'draining' ? { is: 'draining' } : connection;
}

type Answer = { connection: Connection } | { connection: Connection; document: StatusDocument };

interface Question {
  range: Range;
  /** The time of the last answer, if there is one. */
  after: string | null;
  signal: AbortSignal;
}

async function read({ range, after, signal }: Question): Promise<Answer> {
  const sent = TOKEN.get();
  const newer = after === null ? '' : `&after=${encodeURIComponent(after)}`;
  try {
    const response = await fetch(`status.json?range=${range}${newer}`, {
      headers: sent === null ? {} : { authorization: `Bearer ${sent}` },
      cache: 'no-store',
      credentials: 'omit',
      redirect: 'error',
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
    });
    if (response.status === 401) return { connection: { is: 'locked', isWrong: sent !== null } };
    if (response.status === 503) return { connection: { is: 'draining' } };
    if (!response.ok) return lost(`it answered with status ${response.status}`);
    const document = (await response.json()) as StatusDocument;
    return document.version === 1
      ? { connection: { is: 'live' }, document }
      : lost('it speaks another version');
  } catch (error) {
    return lost(
      error instanceof DOMException && error.name === 'TimeoutError' ? 'no answer within 15 s' : 'no answer',
    );
  }
}

function lost(why: string): Answer {
  return { connection: { is: 'lost', why } };
}
