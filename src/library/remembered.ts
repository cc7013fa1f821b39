import type { Adapter } from '../adapters/adapter.js';
import type { AdapterOf } from '../adapters/registry.js';
import type { Availability } from '../domain/facts.js';

/** How long a tool that is looked for on the disk counts as found, or not, ms: requests of a program come in quick succession. */
const KEPT_MS = 1000;

/**
 * The same adapters, which look for the binary of a command once in a while and not for every request. One that is removed meanwhile
 * fails at its start as `tool_not_found`. All other kinds are asked each time: they look at no file.
 */
export function rememberingBinaries(adapterOf: AdapterOf, monotonicMs: () => number): AdapterOf {
  const known = new Map<string, { state: Availability; untilMs: number }>();
  const made = new Map<Adapter, Adapter>();
  const remembering = (adapter: Adapter): Adapter => ({
    ...adapter,
    availability: (tool, host) => {
      const nowMs = monotonicMs();
      const before = known.get(tool.name);
      if (before !== undefined && nowMs < before.untilMs) return before.state;
      const state = adapter.availability(tool, host);
      known.set(tool.name, { state, untilMs: nowMs + KEPT_MS });
      return state;
    },
  });
  return (tool) => {
    const adapter = adapterOf(tool);
    if (tool.kind !== 'command') return adapter;
    const own = made.get(adapter) ?? remembering(adapter);
    made.set(adapter, own);
    return own;
  };
}
