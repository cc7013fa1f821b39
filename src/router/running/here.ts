import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import type { Identity } from '../../adapters/command/family.js';
import { processesOf } from '../../adapters/command/process-table.js';
import type { Host } from './record.js';

/** The system that this process runs on. Where the system has no such marks they are empty: starts tell processes apart. */
export function thisHost(): Host {
  return {
    name: hostname(),
    boot: read(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8')),
    pidNamespace: read(() => readlinkSync('/proc/self/ns/pid')),
  };
}

/** Those of the processes that live now, in the order of their numbers as given; `null` for the others. */
export async function identitiesOf(...pids: number[]): Promise<(Identity | null)[]> {
  const rows = (await processesOf(pids)).filter(({ isDead }) => !isDead);
  return pids.map((wanted) => {
    const row = rows.find(({ pid }) => pid === wanted);
    return row === undefined ? null : { pid: wanted, start: row.start };
  });
}

/** Whether this very process still lives. */
export async function isSame({ pid, start }: Identity): Promise<boolean> {
  const [now] = await identitiesOf(pid);
  return now?.start === start;
}

function read(source: () => string): string {
  try {
    return source().trim();
  } catch {
    return '';
  }
}
