import type { UsageGroup } from '../ledger/ledger.js';
import { sumsFrom, type UsageSums } from '../ledger/usage-sums.js';

/** Adds groups up to coarser ones; `keysOf` gives the keys of the one that a group belongs to. */
export function regroup(
  groups: readonly UsageGroup[],
  keysOf: (group: UsageGroup) => readonly (string | null)[],
): UsageGroup[] {
  const parts = new Map<string, { keys: readonly (string | null)[]; members: UsageGroup[] }>();
  for (const group of groups) {
    const keys = keysOf(group);
    const part = parts.get(JSON.stringify(keys)) ?? { keys, members: [] };
    part.members.push(group);
    parts.set(JSON.stringify(keys), part);
  }
  return [...parts.values()].map(({ keys, members }) => ({ keys, ...addUp(members) }));
}

function addUp(groups: readonly UsageGroup[]): Omit<UsageGroup, 'keys'> {
  const failureTypes: Record<string, number> = {};
  const latencies = new Map<number, number>();
  for (const group of groups) {
    for (const [type, count] of Object.entries(group.failureTypes))
      failureTypes[type] = (failureTypes[type] ?? 0) + count;
    for (const { aboutMs, invocations } of group.latencies)
      latencies.set(aboutMs, (latencies.get(aboutMs) ?? 0) + invocations);
  }
  return {
    sums: groups.map(({ sums }) => sums).reduce(plus),
    failureTypes,
    latencies: [...latencies]
      .map(([aboutMs, invocations]) => ({ aboutMs, invocations }))
      .sort((a, b) => a.aboutMs - b.aboutMs),
  };
}

function plus(a: UsageSums, b: UsageSums): UsageSums {
  return sumsFrom((column) => a[column] + b[column]);
}
