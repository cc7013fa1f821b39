import { readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { today } from '../e2e/money.js';
import { type Rig, rigged } from '../rig/rig.js';
import { answer, type CallDocument, type CallScript, message, scriptOf, setUp } from './caller.js';

const LIMIT = 'budget: { scope: global, daily_usd: 1000, limit: { type: hard } }';
const BODY = message('claude-1', 100);
/** Micro-dollars that an answer of 50 and 10 tokens costs. */
const COST = 50 * 10 + 10 * 30;

/** Runs the agent until `meanwhile` is over, then kills its router. */
async function killedRun(
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

async function shown(rig: Rig): Promise<CallDocument> {
  const id = rig.traces()[0]?.id ?? '';
  return JSON.parse((await rig.run(['trace', 'show', id, '--json'])).stdout) as CallDocument;
}

function callsOf({ attempts }: CallDocument) {
  return attempts[0]?.calls.map(({ status, cost, failure }) => [status, micro(cost?.usd), failure?.type]);
}

function micro(usd: number | null | undefined): number {
  return Math.round((usd ?? 0) * 1e6);
}

/** Files beside the traces of a rig. */
function journals(rig: Rig): string[] {
  const dir = path.join(rig.project, '.llm-router/traces');
  return readdirSync(dir, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.calls'));
}

describe('the trace of a run whose router was killed', () => {
  it(
    'keeps them when the next run has marked it, and nothing is left beside it',
    rigged(async (rig) => {
      const steps = [{ body: BODY }, { method: 'GET', path: '/v1/models' }];
      await killedRun(rig, { steps, quiet: true }, async (provider) => {
        await answer(50, 10)(await provider.nextCall());
        await provider.nextCall();
      });
      expect(journals(rig)).toHaveLength(1);
      const before = await shown(rig);
      const { interrupted } = await today(rig);
      expect([callsOf(before), micro(interrupted.counted_usd)]).toEqual([[[200, COST, undefined]], COST]);
      await rig.run(['exec', '--tool', 'mock', '--no-stdin', 'hi']);
      expect(journals(rig)).toEqual([]);
      const [kept] = rig.traces().filter(({ id }) => id === (before as { id?: string }).id);
      expect(kept).toMatchObject({ status: 'interrupted', attempts: [{ calls: [{ status: 200 }] }] });
    }),
  );
});
