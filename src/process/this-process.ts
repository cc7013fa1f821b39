import { hostname } from 'node:os';
import { codeOf } from '../domain/system-error.js';
import { type Liveness, livenessSeenBy, type ProcessIdentity } from './identity.js';
import { bootId, isOwnProc, pidNamespace, statOf } from './proc.js';

let own: ProcessIdentity | null = null;

/** Identity of this process, under which it reserves, waits and runs. Read once: it never changes. */
export function ownIdentity(): ProcessIdentity {
  own ??= {
    host: hostname(),
    bootId: bootId(),
    pidNamespace: pidNamespace(),
    pid: process.pid,
    startTicks: startTicksOf(process.pid),
  };
  return own;
}

/** Whether a process is alive, as far as this process can see. */
export function livenessOf(identity: ProcessIdentity): Liveness {
  const { host, bootId, pidNamespace } = ownIdentity();
  return livenessSeenBy(
    { host, bootId, pidNamespace, startTicksOf: isOwnProc() ? startTicksOf : null, isInUse },
    identity,
  );
}

/** A zombie has ended: it only waits for its parent. */
function startTicksOf(pid: number): number | null {
  const stat = statOf(pid);
  return stat === null || stat.isDead ? null : stat.start;
}

function isInUse(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // EPERM: the process exists and belongs to another user.
    return codeOf(error) === 'EPERM';
  }
}
