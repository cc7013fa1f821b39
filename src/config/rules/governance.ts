import { matchesGlob } from '../../domain/glob.js';
import { at, child, itemsOf, type Path } from '../tree.js';
import type { Pair } from './candidates.js';
import { entries, type RuleContext } from './rule.js';

/** Why a policy does not allow a pair, and where that is written. */
export interface Veto {
  /** What is refused: ``tool `codex` `` or ``model `opus` ``. */
  what: string;
  policy: string;
  /** Of the list that decides. */
  path: Path;
}

/** The name of an agent's policy. */
export function policyOf(context: RuleContext, agent: string): string {
  const named = at(context.merged.value, ['agents', agent, 'policy']);
  return typeof named === 'string' ? named : 'default';
}

/** Whether any policy states what may be used. */
export function isGoverned(context: RuleContext): boolean {
  return entries(context, 'policies').some(({ entry }) => child(entry, 'governance') !== undefined);
}

/** The first reason why a policy does not allow a pair; `null`: it does. A list that a policy does not state is `default`'s. */
export function vetoOf(context: RuleContext, policy: string, { tool, model }: Pair): Veto | null {
  const allowedTools = listOf(context, policy, 'allowed_tools');
  if (isRefused(allowedTools, tool))
    return { what: `tool \`${tool}\``, policy, path: allowedTools?.path ?? [] };
  if (model === null) return null;
  const what = `model \`${model}\``;
  const denied = listOf(context, policy, 'denied_models');
  const index = denied?.patterns.findIndex((pattern) => matchesGlob(model, pattern)) ?? -1;
  if (denied !== null && index !== -1) return { what, policy, path: [...denied.path, index] };
  const allowedModels = listOf(context, policy, 'allowed_models');
  return isRefused(allowedModels, model) ? { what, policy, path: allowedModels?.path ?? [] } : null;
}

interface Patterns {
  path: Path;
  patterns: string[];
}

function isRefused(allowed: Patterns | null, name: string): boolean {
  return allowed !== null && !allowed.patterns.some((pattern) => matchesGlob(name, pattern));
}

/** `null` when neither the policy nor `default` states it, or it cannot be read. */
function listOf(context: RuleContext, policy: string, key: string): Patterns | null {
  const stated = [policy, 'default']
    .map((name) => ['policies', name, 'governance', key])
    .find((path) => at(context.merged.value, path) !== undefined);
  if (stated === undefined || context.isDoubtful(stated) || context.hasFaultInside(stated)) return null;
  const value = child(at(context.merged.value, stated.slice(0, -1)), key);
  return {
    path: stated,
    patterns: itemsOf(value).flatMap(({ item }) => (typeof item === 'string' ? [item] : [])),
  };
}
