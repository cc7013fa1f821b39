import type { Host } from '../adapters/adapter.js';
import { adapterOf } from '../adapters/registry.js';
import type { RouterConfig } from '../config/types.js';
import type { Availability, Cooldown, Facts } from '../domain/facts.js';
import type { SpendingFacts } from './spending.js';

/** Looks at this machine: which tools can run now. Runs nothing, connects to nothing. */
export function gatherFacts(
  config: RouterConfig,
  host: Host,
  input: { nowMs: number; inputTokens: number; cooldowns: readonly Cooldown[]; spending: SpendingFacts },
): Facts {
  const tools: Record<string, Availability> = {};
  for (const tool of Object.values(config.tools)) tools[tool.name] = adapterOf(tool).availability(tool, host);
  const { spending, ...known } = input;
  return { ...known, ...spending, tools };
}
