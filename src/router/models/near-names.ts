import type { Environment } from '../../adapters/adapter.js';
import type { ToolConfig } from '../../config/types.js';
import { nearest } from '../../diagnostics/suggest.js';
import type { Failure } from '../../domain/failure.js';
import type { Candidate } from '../../gates/candidate.js';
import type { ModelListStore } from './kept-lists.js';
import { sourceOf } from './providers.js';

/**
 * A `model_not_found` with a way out before its own hint: the successor of a deprecated model, else the nearest name of what the tool offers and
 * of what its provider listed last.
 */
export async function withNearNames(
  failed: Failure,
  { tool, model, modelName }: Pick<Candidate, 'tool' | 'model' | 'modelName'>,
  { modelLists, env }: { modelLists: ModelListStore | null; env: Environment },
): Promise<Failure> {
  if (failed.type !== 'model_not_found' || modelName === null) return failed;
  const near = successorOf(model) ?? (await nearName(tool, { modelName, modelLists, env }));
  const list = tool.kind === 'http' ? `\`llm-router models --tool ${tool.name}\` lists what it has` : null;
  const rest = [failed.hint, list].filter((hint) => hint !== null).join('; ');
  const hint = [near, rest].filter((part) => part !== null && part !== '').join(' ');
  return hint === '' ? failed : { ...failed, hint };
}

function successorOf(model: Candidate['model']): string | null {
  if (model === null || !model.deprecated) return null;
  const next = model.supersededBy;
  return `it is deprecated${next === null ? '' : `, and its successor is \`${next}\``};`;
}

async function nearName(
  tool: ToolConfig,
  given: { modelName: string; modelLists: ModelListStore | null; env: Environment },
): Promise<string | null> {
  const { modelName, modelLists, env } = given;
  const source = tool.kind === 'http' ? sourceOf(tool, env) : null;
  const kept = source === null ? [] : ((await modelLists?.read()) ?? []);
  const listed = kept.find((list) => list.source === source)?.models.map(({ id }) => id) ?? [];
  const names = [...tool.models.map(({ value }) => value), ...listed];
  const others = [...new Set(names)].filter((name) => name !== modelName && name !== '*');
  const near = nearest(modelName, alikeFirst(modelName, others));
  return near === null ? null : `did you mean \`${near}\`?`;
}

/** Those that begin alike come first, since of a long list only the first are compared. */
function alikeFirst(name: string, others: readonly string[]): string[] {
  const shared = (other: string): number => {
    let length = 0;
    while (length < name.length && name[length] === other[length]) length++;
    return length;
  };
  const lengths = new Map(others.map((other) => [other, shared(other)]));
  return others.toSorted((a, b) => (lengths.get(b) ?? 0) - (lengths.get(a) ?? 0));
}
