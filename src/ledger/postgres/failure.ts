/** What a connection is closed with that got no answer for as long as it may take. */
export const NO_ANSWER = 'no answer in time';

/** What the server, or the way to it, has answered instead of rows. */
export class ServerFailure extends Error {
  override readonly name = 'ServerFailure';
  /** SQLSTATE of the server (https://www.postgresql.org/docs/current/errcodes-appendix.html) or code of the system; empty: none. */
  readonly code: string;
  /** The connection is gone: what was asked for may have been done or not. */
  readonly isLost: boolean;
  /** The server has not let this user in. */
  readonly isRefused: boolean;
  /** What to do where no password was found; `null`: nothing special. */
  readonly passwordHint: string | null;

  constructor(
    cause: unknown,
    {
      isLost,
      isRefused = false,
      passwordHint = null,
    }: { isLost: boolean; isRefused?: boolean; passwordHint?: string | null },
  ) {
    const message = messageOf(cause);
    super(message, { cause });
    this.code = codeOf(cause);
    this.isRefused = isRefused;
    this.passwordHint = passwordHint;
    this.isLost = isLost || LOST.test(this.code) || /^Connection terminated/.test(message);
  }

  /** The same may succeed when it is tried again. */
  get isPassing(): boolean {
    return this.isLost || PASSING.includes(this.code);
  }
}

/** The connection has failed; the server was shut down; it is starting; a transaction was idle for too long. */
const LOST = /^(08...|57P01|57P02|57P03|25P03|E[A-Z]+)$/;
/** Not serializable, a deadlock. */
const PASSING = ['40001', '40P01'];

/** A connection to several addresses fails with an error for each of them, and with no message of its own. */
function messageOf(cause: unknown): string {
  if (typeof cause !== 'object' || cause === null) return String(cause);
  const { message, errors } = cause as { message?: unknown; errors?: unknown };
  if (typeof message === 'string' && message !== '') return message;
  return Array.isArray(errors) && errors.length > 0 ? messageOf(errors[0]) : String(cause);
}

function codeOf(cause: unknown): string {
  return typeof cause === 'object' && cause !== null && 'code' in cause ? String(cause.code) : '';
}
