import type { EventEmitter } from 'node:events';
import type { Settings } from './settings.js';

/** What a message begins with that tells of a connection whose password is not tied to the certificate of the server. */
export const UNBOUND = 'channel binding is required';

/** SCRAM with channel binding (RFC 5929, `tls-server-end-point`). */
const BOUND = 'SCRAM-SHA-256-PLUS';

/** Watches the authentication of a connection that has not begun yet. */
export class ChannelBinding {
  readonly #isRequired: boolean;
  #isOffered = false;
  #isDone = false;

  /** `connection` tells of the messages of the server. */
  constructor(connection: EventEmitter, { channelBinding, tls }: Settings) {
    this.#isRequired = channelBinding === 'require';
    if (tls.mode === 'disable') return;
    connection.once('authenticationSASL', ({ mechanisms }: { mechanisms: readonly string[] }) => {
      this.#isOffered = mechanisms.includes(BOUND);
    });
    // Also sent by the server: that it knows the password, too.
    connection.once('authenticationSASLFinal', () => {
      this.#isDone = this.#isOffered;
    });
  }

  /** Why no password may be sent to this server; `null`: it may. */
  get refusal(): Error | null {
    return this.#isRequired && !this.#isOffered ? new Error(`${UNBOUND}, and the server offers none`) : null;
  }

  /** Why the connection may not be used; `null`: it may. */
  get fault(): Error | null {
    return this.#isRequired && !this.#isDone
      ? new Error(`${UNBOUND}, and the server let this user in without it`)
      : null;
  }
}
