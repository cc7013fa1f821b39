import { identityFrom, type Liveness } from '../process/identity.js';
import { livenessOf } from '../process/this-process.js';

/** Whether the process behind an owner of a ledger file is alive. */
export function livenessOfOwner(owner: string): Liveness {
  const identity = identityFrom(JSON.parse(owner));
  return identity === null ? 'unknown' : livenessOf(identity);
}
