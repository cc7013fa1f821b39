import type { RouterConfig } from '../config/types.js';
import type { Deadline } from '../domain/deadline.js';
import type { EventSink } from '../domain/events.js';
import type { ToolUse } from '../domain/facts.js';
import { lookup } from '../domain/lookup.js';
import { Slots } from '../gates/slots.js';
import type { LimitedTool } from '../health/context.js';
import { slotRulesOf } from '../policy/rate-limit.js';
import type { Planned, RouterDeps } from './router.js';

/** The slots of a planned request: the limits of its tools, and the ledger that all processes share. */
export function slotsOf(
  input: { config: RouterConfig; deps: RouterDeps; planned: Planned; emit: EventSink },
  deadline: Deadline,
): Slots {
  const { config, deps, planned, emit } = input;
  const { ledger, clock } = deps;
  return new Slots({
    invocationId: planned.id,
    open: ledger === null ? null : () => ledger.open(),
    rulesOf: (name) => {
      const tool = lookup(config.tools, name);
      return tool === null ? null : slotRulesOf(tool);
    },
    inherited: planned.request.parent?.slots ?? [],
    clock: { now: clock.now, monotonicMs: clock.monotonic },
    deadline,
    emit,
    warn: (message) => ledger?.warn(message),
  });
}

/** Every tool that has limits. The ledger is opened only where there is one, and not made. */
export async function limitedTools(config: RouterConfig, deps: RouterDeps): Promise<LimitedTool[]> {
  const limited = Object.values(config.tools).flatMap((tool) => slotRulesOf(tool) ?? []);
  return Promise.all(limited.map(async (rules) => ({ rules, ...(await useOf(rules.tool, deps)) })));
}

const NO_USE: ToolUse = { holders: [], startsInMinute: 0, startsInHour: 0 };

async function useOf(tool: string, { ledger }: RouterDeps): Promise<{ use: ToolUse } | { trouble: string }> {
  if (ledger === null) return { use: NO_USE };
  const use = await ledger.read((open) => open.slots.use(tool));
  return use.ok ? { use: use.value ?? NO_USE } : { trouble: use.error.message };
}
