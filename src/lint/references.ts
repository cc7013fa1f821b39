import type { Merged } from '../config/layers.js';
import { at, child, entriesOf, itemsOf, type Path } from '../config/tree.js';
import type { RouterConfig } from '../config/types.js';
import { nearest } from '../diagnostics/suggest.js';
import { lookup } from '../domain/lookup.js';
import { isKnownModel } from '../routing/names.js';
import { parseReference } from '../routing/select.js';

/** One mention of a tool, a model or both. */
export interface Reference {
  path: Path;
  tool: string | null;
  model: string | null;
  /** Where the model is written, when it is not in the same value as the tool. */
  modelPath: Path;
  /** The tool that would get a model that comes without one. */
  via: string | null;
  /** The text of a fallback in which neither a tool nor a model is known. */
  unreadable: string | null;
}

/** Every mention of a tool or model in the text, read as a run reads it; values that are not text are left to the schema. */
export function referencesOf(config: RouterConfig, merged: Merged): Reference[] {
  const tree = merged.value;
  const read = readerOf(config);
  return [
    ...entriesOf(tree.agents).flatMap(([name, agent]) => ofAgent(read, ['agents', name], agent)),
    ...entriesOf(tree.tiers).flatMap(([tier, value]) => entriesIn(read, ['tiers', tier], value)),
    ...entriesOf(tree.models).flatMap(([name, model]) => ofModel(['models', name], model)),
    ...entriesOf(tree.policies).flatMap(([name, policy]) => ofPolicy(read, ['policies', name], policy)),
  ];
}

type Read = (text: string) => Meaning;

/** What an entry such as `tool:model` means to a run; of an unknown name, what was probably meant. */
type Meaning = Pick<Reference, 'tool' | 'model'> | 'unknown';

/** Reads entries, each text once: many agents name the same. */
function readerOf(config: RouterConfig): Read {
  const known = new Map<string, Meaning>();
  return (text) => {
    const meaning = known.get(text) ?? meaningOf(config, text);
    known.set(text, meaning);
    return meaning;
  };
}

function meaningOf(config: RouterConfig, text: string): Meaning {
  const { tool, model } = parseReference(config, text);
  if (tool !== null && model !== '') return { tool, model };
  if (isKnownModel(config, text, null)) return { tool: null, model: text };
  const [before = ''] = text.split(':');
  const isNearTool = tool === null && before !== text && nearest(before, Object.keys(config.tools)) !== null;
  return isNearTool ? { tool: before, model: null } : 'unknown';
}

function ofAgent(read: Read, path: Path, agent: unknown): Reference[] {
  const tool = textAt(agent, 'preferred_tool');
  const model = textAt(agent, 'preferred_model');
  const [toolPath, modelPath] = [
    [...path, 'preferred_tool'],
    [...path, 'preferred_model'],
  ];
  const preferred =
    tool === null ? modelNames(modelPath, model) : [{ ...NOTHING, path: toolPath, tool, model, modelPath }];
  const chain = texts([...path, 'fallback_chain'], child(agent, 'fallback_chain'));
  const tasks = entriesOf(child(agent, 'task_types')).flatMap(([task, value]) =>
    texts([...path, 'task_types', task], value),
  );
  return [
    ...preferred,
    ...chain.map((written) => ofEntry(read, { ...written, via: tool, isFallback: true })),
    ...tasks.map((written) => ofEntry(read, { ...written, via: tool, isFallback: false })),
  ];
}

const NOTHING = { tool: null, model: null, via: null, unreadable: null };

interface Written {
  text: string;
  path: Path;
}

function ofEntry(read: Read, entry: Written & { via: string | null; isFallback: boolean }): Reference {
  const { text, path, via, isFallback } = entry;
  const base = { ...NOTHING, path, modelPath: path, via };
  const meaning = read(text);
  if (meaning !== 'unknown') return { ...base, ...meaning };
  return isFallback ? { ...base, unreadable: text } : { ...base, model: text };
}

function ofModel(path: Path, model: unknown): Reference[] {
  const ids = entriesOf(child(model, 'ids')).map(([tool]) => toolName([...path, 'ids', tool], tool));
  return [...ids, ...modelNames([...path, 'superseded_by'], child(model, 'superseded_by'))];
}

function ofPolicy(read: Read, path: Path, policy: unknown): Reference[] {
  const valueAt = (keys: Path): [path: Path, value: unknown] => [[...path, ...keys], at(policy, keys)];
  const tools = ['allowed_tools', 'denied_tools'].flatMap((key) => texts(...valueAt(['governance', key])));
  return [
    ...['simple_task_models', 'complex_task_models'].flatMap((key) =>
      entriesIn(read, ...valueAt(['cost_optimization', key])),
    ),
    ...['allowed_models', 'denied_models'].flatMap((key) => modelNames(...valueAt(['governance', key]))),
    ...tools.filter(({ text }) => !isPattern(text)).map(({ text, path: where }) => toolName(where, text)),
  ];
}

/** The entries of a list of which the first usable one is taken. */
function entriesIn(read: Read, path: Path, value: unknown): Reference[] {
  return texts(path, value).map((written) => ofEntry(read, { ...written, via: null, isFallback: false }));
}

function modelNames(path: Path, value: unknown): Reference[] {
  return texts(path, value)
    .filter(({ text }) => !isPattern(text))
    .map(({ text, path: where }) => ({ ...NOTHING, path: where, modelPath: where, model: text }));
}

function toolName(path: Path, tool: string): Reference {
  return { ...NOTHING, path, modelPath: path, tool };
}

/** A pattern may match nothing. */
function isPattern(text: string): boolean {
  return text.includes('*');
}

function texts(path: Path, value: unknown): Written[] {
  return itemsOf(value).flatMap(({ item, step }) =>
    typeof item === 'string' && item !== '' ? [{ text: item, path: [...path, ...step] }] : [],
  );
}

function textAt(value: unknown, key: string): string | null {
  const text = child(value, key);
  return typeof text === 'string' && text !== '' ? text : null;
}

/** Whether a reference names a tool that is not defined. */
export function hasUnknownTool(config: RouterConfig, { tool }: Reference): boolean {
  return tool !== null && lookup(config.tools, tool) === null;
}
