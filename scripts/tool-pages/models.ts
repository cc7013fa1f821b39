import { at, entriesOf, isTree, type Tree } from '../../src/config/tree.js';
import { code, plain, table } from './markdown.js';

const HEAD = ['model', 'sent as', 'tier', 'window', 'input', 'cached input', 'output', 'priced at'];

/** The models that a tool lists, as the catalogue knows them. */
export function modelLines({ name, tool, models }: { name: string; tool: Tree; models: Tree }): string[] {
  const listed = (Array.isArray(tool.models) ? tool.models : []).map(plain);
  const named = listed.filter((model) => model !== '*');
  return [
    ...(named.some((model) => at(models, [model, 'cost_per_1m_tokens']) !== undefined)
      ? ['Prices are list prices in USD per million tokens.', '']
      : []),
    ...(named.length === 0
      ? []
      : table(
          HEAD,
          named.map((model) => modelRow(name, model, models)),
        )),
    ...(named.length > 0 && listed.includes('*') ? [''] : []),
    ...(listed.includes('*') ? ['Any other id is passed on as it is; its price is unknown.'] : []),
  ];
}

function modelRow(tool: string, model: string, models: Tree): string[] {
  const entry = at(models, [model]);
  const price = at(entry, ['cost_per_1m_tokens']);
  return [
    code(model) + (at(entry, ['deprecated']) === true ? ' (deprecated)' : ''),
    code(known(at(entry, ['ids', tool]) ?? at(entry, ['id']) ?? model)),
    known(at(entry, ['tier'])),
    known(at(entry, ['context_window'])),
    priceText(price, 'input'),
    known(at(price, ['cache_read'])),
    priceText(price, 'output'),
    known(at(entry, ['priced_at'])),
  ];
}

/** The price, and behind it those of longer inputs. */
function priceText(price: unknown, key: string): string {
  const steps = at(price, ['above']);
  const above = (Array.isArray(steps) ? steps : [])
    .filter(isTree)
    .filter((step) => entriesOf(step).some(([name]) => name === key))
    .map((step) => `; ${plain(step[key])} above ${plain(step.input_tokens)} tokens`);
  return known(at(price, [key])) + above.join('');
}

function known(value: unknown): string {
  return value === undefined || value === null ? '–' : plain(value);
}
