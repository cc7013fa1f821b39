import { expect, it } from '@jest/globals';
import { measureShell, median } from '../../scripts/bench/measure.mjs';
import { ROUTER } from '../rig/machine.js';
import { rigged } from '../rig/rig.js';

const ROUNDS = 5;
const NODE = `"${process.execPath}"`;

/**
 * CPU beside `node -e 0` and the tool. Twice what `npm run bench` measures on a quiet machine: a start that loads what it should not is far
 * above, whatever else the machine does.
 */
const MOST = { exec: 5, budget: 6, version: 2 };

it(
  'takes not much more of the processor to start a tool than Node and the tool do',
  rigged(
    async (rig) => {
      const base = `version: 1
agents: { me: { preferred_tool: noop, max_cost_usd: 0.000001 } }
tools: { noop: { binary: /bin/cat, args: [], billing: api, models: [m] } }
models: { m: { cost_per_1m_tokens: { input: 1, output: 1 } } }
`;
      const budget = 'policies: { default: { budget: { daily_usd: 1000, limit: { type: hard } } } }\n';
      const exec = (name: string, text: string) =>
        `${NODE} "${ROUTER}" exec --config "${rig.write(name, text)}" -a me --json hello`;
      const commands = {
        floor: `{ ${NODE} -e 0; /bin/cat; }`,
        exec: exec('plain.yaml', base),
        budget: exec('hard.yaml', base + budget),
        version: `${NODE} "${ROUTER}" --version`,
      };
      const options = { env: { ...rig.env, PATH: process.env.PATH ?? '' }, cwd: rig.project };
      for (const command of Object.values(commands)) measureShell(command, 2, options);
      const times = { floor: [], exec: [], budget: [], version: [] } as Record<
        keyof typeof commands,
        number[]
      >;
      for (let round = 0; round < ROUNDS; round++)
        for (const [name, command] of Object.entries(commands))
          times[name as keyof typeof commands].push(measureShell(command, 2, options).cpu);
      const ratios = Object.entries(MOST).map(([name, most]) => {
        const ratio = median(times[name as keyof typeof MOST]) / median(times.floor);
        return { name, ratio, isFar: ratio > most };
      });
      expect(ratios.filter(({ isFar }) => isFar)).toEqual([]);
    },
    { deadlineMs: 120_000 },
  ),
  130_000,
);
