import { hostname } from 'node:os';
import { codeOf } from '../domain/system-error.js';
import { type Liveness, livenessSeenBy, type ProcessIdentity } from './identity.js';
import { bootId, isOwnProc, pidNamespace, statOf } from './proc.js';

/** Identity of this process, under which it reserves, waits and runs. */
export function ownIdentity(): ProcessIdentity {
  return {
    host: hostname(),
    bootId: bootId(),
    pidNamespace: pidNamespace(),
    pid: process.pid,
    startTicks: startTicksOf(process.pid),
  };
}

/** Whether a process is alive, as far as this process can see. */
export function livenessOf(identity: ProcessIdentity): Liveness {
  const observer = {
    host: hostname(),
    bootId: bootId(),
    pidNamespace: pidNamespace(),
    startTicksOf: isOwnProc() ? startTicksOf : null,
    isInUse,
  };
  return livenessSeenBy(observer, identity);
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
