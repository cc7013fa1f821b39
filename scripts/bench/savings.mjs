// How much of the token cost routing saves: a seeded mix of work under the `cost-optimized` template, planned by the real plan
// function, against each agent's preferred model, both at catalogue prices. Nothing runs. What is assumed stands in the mix below.
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { runScript } from '../run.mjs';
import { row } from './rows.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const COUNT = 10_000;
const SEED = 20_261_121;

/** Shares of requests, not of tokens; sizes in tokens, log-uniform. */
const MIX = [
  { name: 'question', share: 0.4, agent: 'assistant', prompt: [20, 800], answer: [50, 600] },
  { name: 'commit message', share: 0.15, agent: 'assistant', prompt: [200, 4000], answer: [20, 120] },
  { name: 'review of a change', share: 0.2, agent: 'assistant', prompt: [800, 12_000], answer: [200, 1500] },
  { name: 'writing code', share: 0.15, agent: 'assistant', prompt: [300, 6000], answer: [400, 4000] },
  { name: 'design', share: 0.1, agent: 'architect', prompt: [100, 8000], answer: [800, 5000] },
];

const { loadTemplate, routeMix } = await runScript('scripts/bench/savings-work.ts');
const config = await loadTemplate(path.join(root, 'templates/config/cost-optimized.yaml'));

for (const [id, ownTokens] of Object.entries({ plain: 0, cached: 15_000 })) {
  const outcomes = routeMix(config, MIX, { count: COUNT, seed: SEED, ownTokens });
  const more =
    ownTokens === 0 ? '' : `, with ${ownTokens.toLocaleString('en-US')} cached tokens of the tool's own`;
  // One figure says what the tool's own tokens change.
  if (ownTokens === 0) for (const one of outcomes) give(id, one.kind.name, one);
  const sum = (field) => outcomes.reduce((all, one) => all + one[field], 0);
  const fields = ['count', 'switched', 'routedMicroUsd', 'preferredMicroUsd'];
  give(id, `all${more}`, Object.fromEntries(fields.map((field) => [field, sum(field)])));
}

function give(id, name, { count, switched, routedMicroUsd, preferredMicroUsd }) {
  const percent = (part, whole) => `${((part * 100) / whole).toFixed(0)} %`;
  row({
    id: `${id}.${name.split(',')[0].replaceAll(' ', '-')}`,
    title: `${name}: ${percent(count, COUNT)} of requests, ${percent(switched, count)} to another model`,
    unit: 'USD',
    ours: routedMicroUsd / 1e6,
    beside: "each agent's preferred model",
    theirs: preferredMicroUsd / 1e6,
  });
}
