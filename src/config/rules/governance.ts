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
  const about = (kind: 'tool' | 'model', name: string): Veto | null => {
    const denied = listOf(context, policy, `denied_${kind}s`);
    const index = denied?.patterns.findIndex((pattern) => matchesGlob(name, pattern)) ?? -1;
    const what = `${kind} \`${name}\``;
    if (denied !== null && index !== -1) return { what, policy, path: [...denied.path, index] };
    const allowed = listOf(context, policy, `allowed_${kind}s`);
    return isRefused(allowed, name) ? { what, policy, path: allowed?.path ?? [] } : null;
  };
  return about('tool', tool) ?? (model === null ? null : about('model', model));
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
