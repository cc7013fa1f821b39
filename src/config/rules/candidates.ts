import type { Merged } from '../layers.js';
import { child, entriesOf, itemsOf, type Path } from '../tree.js';
import type { Catalogue } from './catalogue.js';

/** A tool and a model that would be tried together; `null`: a tool without models. */
export interface Pair {
  tool: string;
  model: string | null;
}

/** One thing that an agent would try: what it prefers, or an entry of its fallback chain. */
export interface Candidate {
  agent: string;
  role: 'preferred' | 'fallback';
  /** Where it is written. */
  path: Path;
  /** Where its model is written, when that is another place. */
  modelPath: Path;
  /** As written; `null` for what is preferred. */
  text: string | null;
  /** The first usable of these is taken; empty: nobody offers the model. */
  pairs: readonly Pair[];
}

/** What every agent would try, in order, as the plan does it; mentions of unknown names are left out. */
export function candidatesOf(merged: Merged, catalogue: Catalogue): Candidate[] {
  return entriesOf(merged.value.agents).flatMap(([name, agent]) => [
    ...preferred(catalogue, name, agent),
    ...fallbacks(catalogue, name, agent),
  ]);
}

function preferred(catalogue: Catalogue, agent: string, entry: unknown): Candidate[] {
  const [tool, model] = [textAt(entry, 'preferred_tool'), textAt(entry, 'preferred_model')];
  const path = ['agents', agent, tool === null ? 'preferred_model' : 'preferred_tool'];
  const modelPath = model === null ? path : ['agents', agent, 'preferred_model'];
  const base = { agent, role: 'preferred' as const, path, modelPath, text: null };
  if (tool === null) {
    return model === null || !catalogue.isKnown(model)
      ? []
      : [{ ...base, pairs: pairsFor(catalogue, model, null) }];
  }
  if (!catalogue.hasTool(tool)) return [];
  return [{ ...base, pairs: [{ tool, model: model ?? firstModel(catalogue, tool) }] }];
}

function fallbacks(catalogue: Catalogue, agent: string, entry: unknown): Candidate[] {
  const via = textAt(entry, 'preferred_tool');
  const list = ['agents', agent, 'fallback_chain'];
  return itemsOf(child(entry, 'fallback_chain')).flatMap(({ item, step }) => {
    const pairs = typeof item === 'string' ? pairsOf(catalogue, item, via) : null;
    if (pairs === null) return [];
    const path = [...list, ...step];
    return [{ agent, role: 'fallback' as const, path, modelPath: path, text: String(item), pairs }];
  });
}

/** Reads `tool:model`, a model or a tool; `null` when it is none of them. */
function pairsOf(catalogue: Catalogue, text: string, via: string | null): Pair[] | null {
  const colon = text.indexOf(':');
  const before = text.slice(0, Math.max(0, colon));
  if (colon !== -1 && catalogue.hasTool(before)) {
    const model = text.slice(colon + 1);
    return model === '' ? null : [{ tool: before, model }];
  }
  if (catalogue.isKnown(text)) return pairsFor(catalogue, text, via);
  return catalogue.hasTool(text) ? [{ tool: text, model: firstModel(catalogue, text) }] : null;
}

function pairsFor(catalogue: Catalogue, model: string, via: string | null): Pair[] {
  const listing = catalogue.listing(model);
  const knows = (tool: string) =>
    listing.length === 0 ? catalogue.offers(tool, model) : listing.includes(tool);
  if (via !== null && knows(via)) return [{ tool: via, model }];
  return listing.map((tool) => ({ tool, model }));
}

function firstModel(catalogue: Catalogue, tool: string): string | null {
  return catalogue.listed(tool).find((model) => model !== '*') ?? null;
}

function textAt(value: unknown, key: string): string | null {
  const text = child(value, key);
  return typeof text === 'string' && text !== '' ? text : null;
}
