import { child, entriesOf, isTree, type Tree } from '../tree.js';
import { compact, type Draft, leftOver, type Note, numberOf, textOf, textsOf } from './draft.js';

const KNOWN = [
  ...['provider', 'vendor', 'cost_per_1k_tokens', 'context_window', 'task_suitability', 'tier', 'deprecated'],
  ...['superseded_by', 'retired', 'retired_date', 'max_output_tokens'],
];
const TIERS = ['fast', 'balanced', 'premium'];

/** Converts `models`: prices per thousand tokens become prices per million. */
export function convertModels(section: unknown): Draft {
  const models = entriesOf(section).map(([name, entry]) => ({ name, ...convertModel(name, entry) }));
  return {
    value: Object.fromEntries(models.map(({ name, value }) => [name, value])),
    notes: [
      ...(models.length === 0 ? [] : [{ path: ['models'], text: 'prices were per thousand tokens' }]),
      ...models.flatMap(({ notes }) => notes),
    ],
  };
}

function convertModel(name: string, entry: unknown): Draft {
  const model: Tree = isTree(entry) ? entry : {};
  const path = ['models', name];
  const price = child(model, 'cost_per_1k_tokens');
  const tier = textOf(child(model, 'tier'));
  const isRetired = child(model, 'retired') === true;
  const notes: Note[] = [
    ...(isRetired
      ? [{ path, text: `was retired${dateText(child(model, 'retired_date'))}: an agent may still name it` }]
      : []),
    ...leftOver(model, KNOWN, path),
  ];
  const value = compact({
    provider: textOf(child(model, 'provider') ?? child(model, 'vendor')),
    tier: tier !== undefined && TIERS.includes(tier) ? tier : undefined,
    context_window: wholeNumber(child(model, 'context_window')),
    max_output_tokens: wholeNumber(child(model, 'max_output_tokens')),
    cost_per_1m_tokens: {
      input: perMillion(child(price, 'input')),
      output: perMillion(child(price, 'output')),
    },
    deprecated: isRetired || child(model, 'deprecated') === true ? true : undefined,
    superseded_by: textOf(child(model, 'superseded_by')),
    task_suitability: textsOf(child(model, 'task_suitability')),
  });
  return { value, notes };
}

/** Twelve digits keep every price and drop what binary fractions add: 0.0008 becomes 0.8. */
function perMillion(perThousand: unknown): number | undefined {
  const price = numberOf(perThousand);
  return price === undefined ? undefined : Number((price * 1000).toPrecision(12));
}

function wholeNumber(value: unknown): number | undefined {
  const number = numberOf(value);
  return number === undefined || number < 1 ? undefined : Math.round(number);
}

function dateText(date: unknown): string {
  const text = textOf(date);
  return text === undefined ? '' : ` on ${text}`;
}
