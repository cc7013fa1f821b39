import { TIERS } from '../../domain/request.js';
import { child, entriesOf, isTree, type Tree } from '../tree.js';
import {
  compact,
  type Draft,
  isFlag,
  isNumber,
  isText,
  isTextList,
  leftOver,
  type Note,
  numberOf,
  overruled,
  type Taken,
  textOf,
  textsOf,
} from './draft.js';

const isCount = (value: unknown): boolean => wholeNumber(value) !== undefined;
const TAKEN: Taken = {
  provider: isText,
  vendor: isText,
  cost_per_1k_tokens: { input: isNumber, output: isNumber },
  context_window: isCount,
  max_output_tokens: isCount,
  task_suitability: isTextList,
  tier: (value) => isTier(value),
  deprecated: isFlag,
  superseded_by: isText,
  retired: isFlag,
};

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
  const vendors = ['provider', 'vendor'].map((key) => ({ key, value: child(model, key) }));
  const price = child(model, 'cost_per_1k_tokens');
  const tier = child(model, 'tier');
  const isRetired = child(model, 'retired') === true;
  const notes: Note[] = [
    ...(isRetired
      ? [{ path, text: `was retired${dateText(child(model, 'retired_date'))}: an agent may still name it` }]
      : []),
    ...overruled(vendors, path),
    ...leftOver(isRetired ? { ...model, retired_date: null } : model, TAKEN, path),
    ...(isTree(entry) || entry === null ? [] : leftOver({ [name]: entry }, {}, ['models'])),
  ];
  const value = compact({
    provider: textOf(child(model, 'provider') ?? child(model, 'vendor')),
    tier: isTier(tier) ? tier : undefined,
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

function isTier(value: unknown): boolean {
  return (TIERS as readonly unknown[]).includes(value);
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
