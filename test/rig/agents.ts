import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Call, Hub } from './fakes.js';

const BODY = path.join(path.dirname(fileURLToPath(import.meta.url)), 'agent.cjs');

/** A fake agent whose every call the test takes and answers itself. */
export interface DrivenAgent {
  path: string;
  /** The next call, in order; rejects when every run ended without one. A call that the test never takes fails it. */
  nextCall(): Promise<Call>;
  /** Resolves when a call is waiting, without taking it. */
  arrived(): Promise<void>;
}

/** What the rig needs of each agent: its problems at the end, and a hook for the end of the last run. */
export interface Watched {
  problems(): string[];
  /** Every run has ended, so no more calls can come. */
  onIdle(said: string): void;
}

interface Where {
  hub: Hub;
  bin: string;
  socket: string;
}

/** Puts an executable into the rig's PATH whose calls the test drives. `version` answers `--version` by itself. */
export function installDriven(where: Where, name: string, version: string | null): DrivenAgent & Watched {
  const calls: Call[] = [];
  const watchers: (() => void)[] = [];
  const takers: { resolve: (call: Call) => void; reject: (error: Error) => void }[] = [];
  where.hub.onCall(name, (call) => {
    const taker = takers.shift();
    if (taker !== undefined) return taker.resolve(call);
    calls.push(call);
    for (const resolve of watchers.splice(0)) resolve();
  });
  return {
    path: install(where, name, version),
    nextCall: () =>
      new Promise((resolve, reject) => {
        const call = calls.shift();
        if (call === undefined) takers.push({ resolve, reject });
        else resolve(call);
      }),
    arrived: () =>
      new Promise((resolve) => {
        if (calls.length > 0) resolve();
        else watchers.push(resolve);
      }),
    problems: () => calls.map((call) => `unexpected call of \`${name}\` with ${JSON.stringify(call.argv)}`),
    onIdle: (said) => {
      for (const { reject } of takers.splice(0)) reject(new Error(`\`${name}\` was never called; ${said}`));
    },
  };
}

function install(where: Where, name: string, version: string | null): string {
  const file = path.join(where.bin, name);
  const settings = JSON.stringify({ name, socket: where.socket, version });
  writeFileSync(file, `#!${path.join(where.bin, 'node')}\nrequire(${JSON.stringify(BODY)})(${settings});\n`, {
    mode: 0o755,
  });
  return file;
}
