import type { Range, StatusDocument } from '../status/document.js';
import { kept } from './storage.js';

/** How the page stands with the server. */
export type Connection =
  | { is: 'connecting' }
  | { is: 'live' }
  /** It ends, and answers nothing any more but its health. */
  | { is: 'draining' }
  | { is: 'lost'; why: string }
  /** It asks for a token; `isWrong`: it had one. */
  | { is: 'locked'; isWrong: boolean };

export interface Follower {
  onDocument: (document: StatusDocument) => void;
  onConnection: (connection: Connection) => void;
}

/** Between two questions. */
export const INTERVAL_MS = 2000;
const TIMEOUT_MS = 10_000;
const TOKEN = kept('session', 'llm-router.token');

/** Asks the server again and again, while the page is seen. */
export function follow({ onDocument, onConnection }: Follower) {
  let range: Range = '1h';
  let timer: number | undefined;
  /** Counts the questions: the answer to one that another has replaced is dropped. */
  let asked = 0;
  const ask = async (): Promise<void> => {
    window.clearTimeout(timer);
    const mine = ++asked;
    const answer = await read(range, TOKEN.get());
    if (mine !== asked) return;
    // A wrong one is not sent again.
    if (answer.connection.is === 'locked') TOKEN.set(null);
    if ('document' in answer) onDocument(answer.document);
    onConnection(answer.connection);
    if (answer.connection.is !== 'locked' && !document.hidden) timer = window.setTimeout(ask, INTERVAL_MS);
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

type Answer = { connection: Connection } | { connection: Connection; document: StatusDocument };

async function read(range: Range, sent: string | null): Promise<Answer> {
  try {
    const response = await fetch(`status.json?range=${range}`, {
      headers: sent === null ? {} : { authorization: `Bearer ${sent}` },
      cache: 'no-store',
      credentials: 'omit',
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
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
      error instanceof DOMException && error.name === 'TimeoutError' ? 'no answer within 10 s' : 'no answer',
    );
  }
}

function lost(why: string): Answer {
  return { connection: { is: 'lost', why } };
}
