import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createRig, type Rig } from '../rig/rig.js';
import { IS_SOAK } from '../soak.js';
import { HOSTILE, type HostileAgent } from './agents.js';
import { type HostileRun, runHostile } from './runs.js';

/** Runs at once; they mostly wait. */
const AT_ONCE = 6;
/** Those of each group that the fast tests run. */
const QUICK =
  'ignores-sigterm leaves-child-in-own-session kills-its-parent silent-for-ever never-reads-stdin asks-on-the-terminal floods-one-line crlf-events not-utf8 exits-0-with-nothing dies-by-signal'.split(
    ' ',
  );
const CHOSEN = Object.entries(HOSTILE).map(([group, agents]): [string, readonly HostileAgent[]] => [
  group,
  agents.filter(({ agent }) => IS_SOAK || QUICK.includes(agent)),
]);
/** Only a tool that exits before we write is known not to have read its prompt; a short prompt fits the pipe unread. */
const HASTE = /did not read the whole prompt/;
const runs = new Map<HostileAgent, Promise<HostileRun>>();
let rig: Rig;

beforeAll(async () => {
  rig = await createRig();
  const waiting = CHOSEN.flatMap(([, agents]) => agents);
  const next = async (): Promise<void> => {
    for (let hostile = waiting.shift(); hostile !== undefined; hostile = waiting.shift()) {
      const run = runHostile(rig, hostile);
      runs.set(hostile, run);
      await run.catch(() => undefined);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, next));
}, 120_000);

/** Fails when a process of any run is left. */
afterAll(() => rig.close());

describe.each(CHOSEN)('%s: a tool that', (_group, agents) => {
  it.each(agents.map((hostile) => [hostile.does, hostile] as const))('%s', async (_does, hostile) => {
    const run = await runs.get(hostile);
    if (run === undefined) throw new Error('it was never run');
    const { document, alive, memoryMiB } = run;
    const { failure, warnings, text } = document;
    expect({ failure: failure && failureText(failure), code: run.code, alive }).toEqual({
      failure: hostile.failure,
      code: hostile.code,
      alive: [],
    });
    if (typeof hostile.text === 'string') expect(text).toBe(hostile.text);
    else if (hostile.text !== undefined) expect(text).toMatch(hostile.text);
    if (hostile.warning !== undefined) expect(warnings.join('\n')).toMatch(hostile.warning);
    else expect(warnings.filter((warning) => !HASTE.test(warning))).toEqual([]);
    if (memoryMiB !== null) expect(memoryMiB).toBeLessThan(hostile.memoryMiB ?? 400);
  });
});

function failureText({ type, phase }: { type: string; phase: string | null }): string {
  return phase === null ? type : `${type} ${phase}`;
}
