import type { Adapter } from '../adapters/adapter.js';
import type { AdapterOf } from '../adapters/registry.js';
import type { Availability } from '../domain/facts.js';
import type { CooldownStore } from '../ledger/cooldowns.js';
import type { CooldownState } from '../policy/cooldown.js';
import type { RouterWorld } from './world.js';

/** How long a tool that is looked for on the disk counts as found, or not, ms: requests of a program come in quick succession. */
const BINARY_MS = 1000;

/** How long the cooldowns that other processes write may be unknown, ms: one look takes longer than the rest of a plan. */
const COOLDOWNS_MS = 50;

/** How long a call of a provider may take before its trace is written while it goes on, ms: under load most take longer than alone. */
const CALL_MS = 1000;

/** The surroundings of a router that serves many requests: facts that hardly change are looked up once in a while. */
export function forManyRequests(world: RouterWorld): RouterWorld {
  const { host, stores } = world;
  const { monotonic } = host.clock;
  return {
    ...world,
    host: { ...host, adapterOf: rememberingBinaries(host.adapterOf, monotonic) },
    stores: {
      ...stores,
      cooldowns: rememberingCooldowns(stores.cooldowns, monotonic),
      traces: stores.traces === null ? null : { ...stores.traces, callMs: CALL_MS },
    },
  };
}

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
      known.set(tool.name, { state, untilMs: nowMs + BINARY_MS });
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

/** The same cooldowns, which are read again after a short while, and after each change of this router. */
export function rememberingCooldowns(store: CooldownStore, monotonicMs: () => number): CooldownStore {
  let known: { state: CooldownState; untilMs: number } | null = null;
  const read = async (): Promise<CooldownState> => {
    const nowMs = monotonicMs();
    if (known !== null && nowMs < known.untilMs) return known.state;
    const state = await store.read();
    known = { state, untilMs: nowMs + COOLDOWNS_MS };
    return state;
  };
  const forget = (): void => {
    known = null;
  };
  return {
    read,
    change: async (change) => {
      const state = await read();
      if (change(state) !== state) await store.change(change).finally(forget);
    },
    clear: () => store.clear().finally(forget),
  };
}
