import { nearest } from '../../diagnostics/suggest.js';
import type { Merged } from '../layers.js';
import { at, child, entriesOf, itemsOf, type Path, type Tree } from '../tree.js';

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
export function referencesOf(merged: Merged): Reference[] {
  const tree = merged.value;
  return [
    ...entriesOf(tree.agents).flatMap(([name, agent]) => ofAgent(tree, ['agents', name], agent)),
    ...entriesOf(tree.tiers).flatMap(([tier, value]) => models(['tiers', tier], value)),
    ...entriesOf(tree.models).flatMap(([name, model]) => ofModel(['models', name], model)),
    ...entriesOf(tree.policies).flatMap(([name, policy]) => ofPolicy(['policies', name], policy)),
  ];
}

/** The models that a tool lists, `*` included. */
export function listedModels(tree: Tree, tool: string): string[] {
  return itemsOf(at(tree, ['tools', tool, 'models'])).flatMap(({ item }) =>
    typeof item === 'string' ? [item] : [],
  );
}

/** Every model by name: the catalogue's and those that a tool lists. */
export function knownModels(tree: Tree): string[] {
  const listed = entriesOf(tree.tools).flatMap(([tool]) => listedModels(tree, tool));
  const catalogued = entriesOf(tree.models).map(([name]) => name);
  return [...new Set([...catalogued, ...listed])].filter((name) => name !== '*');
}

function ofAgent(tree: Tree, path: Path, agent: unknown): Reference[] {
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
      ofEntry(tree, { text, path: where, via: tool, isFallback: true }),
    ),
    ...tasks.map(({ text, path: where }) =>
      ofEntry(tree, { text, path: where, via: tool, isFallback: false }),
    ),
  ];
}

/** Reads `tool:model`, a tool or a model: the part before the first colon is a tool when one is defined. */
function ofEntry(
  tree: Tree,
  from: { text: string; path: Path; via: string | null; isFallback: boolean },
): Reference {
  const { text, path, via } = from;
  const base = { path, modelPath: path, tool: null, model: null, via, entry: null };
  const colon = text.indexOf(':');
  const [before, after] = colon === -1 ? [text, null] : [text.slice(0, colon), text.slice(colon + 1)];
  const isTool = child(tree.tools, before) !== undefined;
  if (isTool && after !== '' && (after !== null || from.isFallback))
    return { ...base, tool: before, model: after };
  if (knownModels(tree).includes(text)) return { ...base, model: text };
  const tools = entriesOf(tree.tools).map(([name]) => name);
  if (!isTool && after !== null && nearest(before, tools) !== null) return { ...base, tool: before };
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
  const tools = texts([...path, 'governance', 'allowed_tools'], at(policy, ['governance', 'allowed_tools']));
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
