import { nearest } from '../../diagnostics/suggest.js';
import type { Merged } from '../layers.js';
import { at, child, entriesOf, itemsOf, type Path } from '../tree.js';
import type { Catalogue } from './catalogue.js';

/** One mention of a tool, a model or both. */
export interface Reference {
  path: Path;
  tool: string | null;
  model: string | null;
  /** Where the model stands, when it is not in the same value as the tool. */
  modelPath: Path;
  /** The tool that would be asked for a model that names none. */
  via: string | null;
  /** Neither tool nor model could be made out. */
  entry: string | null;
}

/** Every mention of a tool or model in the tree; values that are no text are left to the schema. */
export function referencesOf(merged: Merged, catalogue: Catalogue): Reference[] {
  const tree = merged.value;
  return [
    ...entriesOf(tree.agents).flatMap(([name, agent]) => ofAgent(catalogue, ['agents', name], agent)),
    ...entriesOf(tree.tiers).flatMap(([tier, value]) => models(['tiers', tier], value)),
    ...entriesOf(tree.models).flatMap(([name, model]) => ofModel(['models', name], model)),
    ...entriesOf(tree.policies).flatMap(([name, policy]) => ofPolicy(['policies', name], policy)),
  ];
}

function ofAgent(catalogue: Catalogue, path: Path, agent: unknown): Reference[] {
  const tool = textAt(agent, 'preferred_tool');
  const model = textAt(agent, 'preferred_model');
  const [toolPath, modelPath] = [
    [...path, 'preferred_tool'],
    [...path, 'preferred_model'],
  ];
  const preferred =
    tool === null
      ? models(modelPath, model)
      : [{ path: toolPath, tool, model, modelPath, via: null, entry: null }];
  const chain = texts([...path, 'fallback_chain'], child(agent, 'fallback_chain'));
  const tasks = entriesOf(child(agent, 'task_types')).flatMap(([task, value]) =>
    texts([...path, 'task_types', task], value),
  );
  return [
    ...preferred,
    ...chain.map(({ text, path: where }) =>
      ofEntry(catalogue, { text, path: where, via: tool, isFallback: true }),
    ),
    ...tasks.map(({ text, path: where }) =>
      ofEntry(catalogue, { text, path: where, via: tool, isFallback: false }),
    ),
  ];
}

/** Reads `tool:model`, a tool or a model: the part before the first colon is a tool when one is defined. */
function ofEntry(
  catalogue: Catalogue,
  from: { text: string; path: Path; via: string | null; isFallback: boolean },
): Reference {
  const { text, path, via } = from;
  const base = { path, modelPath: path, tool: null, model: null, via, entry: null };
  const colon = text.indexOf(':');
  const [before, after] = colon === -1 ? [text, null] : [text.slice(0, colon), text.slice(colon + 1)];
  const isTool = catalogue.hasTool(before);
  if (isTool && after !== '' && (after !== null || from.isFallback))
    return { ...base, tool: before, model: after };
  if (catalogue.isKnown(text)) return { ...base, model: text };
  if (!isTool && after !== null && nearest(before, catalogue.tools) !== null)
    return { ...base, tool: before };
  return from.isFallback ? { ...base, entry: text } : { ...base, model: text };
}

function ofModel(path: Path, model: unknown): Reference[] {
  const ids = entriesOf(child(model, 'ids')).map(([tool]) => toolAlone([...path, 'ids', tool], tool));
  return [...ids, ...models([...path, 'superseded_by'], child(model, 'superseded_by'))];
}

function ofPolicy(path: Path, policy: unknown): Reference[] {
  const MODEL_LISTS: Path[] = [
    ['cost_optimization', 'simple_task_models'],
    ['cost_optimization', 'complex_task_models'],
    ['governance', 'allowed_models'],
    ['governance', 'denied_models'],
  ];
  const tools = ['allowed_tools', 'denied_tools'].flatMap((list) =>
    texts([...path, 'governance', list], at(policy, ['governance', list])),
  );
  return [
    ...MODEL_LISTS.flatMap((list) => models([...path, ...list], at(policy, list))),
    ...tools.filter(({ text }) => !text.includes('*')).map(({ text, path: where }) => toolAlone(where, text)),
  ];
}

/** Names with `*` are patterns, which may match nothing. */
function models(path: Path, value: unknown): Reference[] {
  return texts(path, value)
    .filter(({ text }) => !text.includes('*'))
    .map(({ text, path: where }) => ({
      path: where,
      tool: null,
      model: text,
      modelPath: where,
      via: null,
      entry: null,
    }));
}

function toolAlone(path: Path, tool: string): Reference {
  return { path, tool, model: null, modelPath: path, via: null, entry: null };
}

function texts(path: Path, value: unknown): { text: string; path: Path }[] {
  return itemsOf(value).flatMap(({ item, step }) =>
    typeof item === 'string' && item !== '' ? [{ text: item, path: [...path, ...step] }] : [],
  );
}

function textAt(value: unknown, key: string): string | null {
  const text = child(value, key);
  return typeof text === 'string' && text !== '' ? text : null;
}
