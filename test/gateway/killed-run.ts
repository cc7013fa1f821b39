import { readdirSync } from 'node:fs';
import path from 'node:path';
import type { Rig } from '../rig/rig.js';
import { type CallDocument, type CallScript, scriptOf, setUp } from './caller.js';

const LIMIT = 'budget: { scope: global, daily_usd: 1000, limit: { type: hard } }';

/** Runs the agent until `meanwhile` is over, then kills its router. */
export async function killedRun(
  rig: Rig,
  script: CallScript,
  meanwhile: (provider: Awaited<ReturnType<typeof setUp>>) => Promise<void>,
): Promise<void> {
  const provider = await setUp(rig, undefined, { policy: LIMIT });
  const running = rig.start(['exec', '--json'], { stdin: scriptOf(script) });
  await meanwhile(provider);
  running.kill('SIGKILL');
  await running.done;
}

export async function shown(rig: Rig): Promise<CallDocument> {
  const id = rig.traces()[0]?.id ?? '';
  return JSON.parse((await rig.run(['trace', 'show', id, '--json'])).stdout) as CallDocument;
}

export function callsOf({ attempts }: CallDocument) {
  return attempts[0]?.calls.map(({ status, cost, failure }) => [status, micro(cost?.usd), failure?.type]);
}

export function micro(usd: number | null | undefined): number {
  return Math.round((usd ?? 0) * 1e6);
}

/** Files beside the traces of a rig. */
export function journals(rig: Rig): string[] {
  const dir = path.join(rig.project, '.llm-router/traces');
  return readdirSync(dir, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.calls'));
}
