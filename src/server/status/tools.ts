import type { RouterConfig } from '../../config/types.js';
import type { Cooldown, ToolUse } from '../../domain/facts.js';
import { lookup } from '../../domain/lookup.js';
import { cooldownText, isActive } from '../../policy/cooldown.js';
import { type SlotRules, slotRulesOf } from '../../policy/rate-limit.js';
import type { ToolState } from '../../router/planning/facts.js';
import type { RunStatus, SumsStatus, ToolLimits, ToolStatus } from './document.js';

/** What is known of the tools of a config now. */
export interface ToolsInput {
  config: Pick<RouterConfig, 'agents'>;
  states: readonly ToolState[];
  cooldowns: readonly Cooldown[];
  /** Of each tool with limits, by name; a missing one is unknown. */
  uses: Readonly<Record<string, ToolUse>>;
  /** By name of the tool. */
  today: Readonly<Record<string, SumsStatus>>;
  /** Runs that go on. */
  running: readonly RunStatus[];
  nowMs: number;
}

/** The tools that matter to a config, and how many others its catalogue has. */
export function toolsOf(input: ToolsInput): { tools: ToolStatus[]; others: number } {
  const isNamed = namesOf(input.config);
  const all = input.states.map((state) => ({ state, line: toolOf(state, input) }));
  const shown = all.filter(({ state, line }) => isNamed(state.tool.name) || isOfInterest(state, line));
  return { tools: shown.map(({ line }) => line), others: all.length - shown.length };
}

/** Whether an agent names a tool. */
function namesOf({ agents }: ToolsInput['config']): (tool: string) => boolean {
  const words = new Set(
    Object.values(agents).flatMap(({ preferredTool, fallbackChain, taskTypes }) => [
      ...(preferredTool === null ? [] : [preferredTool.value]),
      ...[...fallbackChain, ...Object.values(taskTypes)].flatMap(({ value }) => [
        value,
        value.split(':')[0] ?? '',
      ]),
    ]),
  );
  return (tool) => words.has(tool);
}

function isOfInterest({ tool, availability }: ToolState, line: ToolStatus): boolean {
  const isInstalled = tool.kind !== 'mock' && availability.available;
  return (
    !tool.builtIn || isInstalled || line.cooldowns.length > 0 || line.today !== null || line.running !== 0
  );
}

function toolOf({ tool, availability, billing }: ToolState, input: ToolsInput): ToolStatus {
  const { nowMs } = input;
  const cooldowns = input.cooldowns.filter((one) => one.tool === tool.name && isActive(one, nowMs));
  const whole = cooldowns.find(({ model }) => model === null);
  const rules = slotRulesOf(tool);
  const use = lookup(input.uses, tool.name);
  const runs = input.running.filter((run) => run.now?.state === 'running' && run.tool === tool.name).length;
  const state = !availability.available ? 'unavailable' : whole === undefined ? 'ready' : 'cooling';
  return {
    name: tool.name,
    kind: tool.kind,
    billing,
    models: tool.models.length,
    state,
    reason: availability.available
      ? whole === undefined
        ? null
        : cooldownText(whole, nowMs)
      : availability.detail,
    hint: availability.available ? null : availability.hint,
    cooldowns: cooldowns.map((one) => ({
      model: one.model,
      reason: one.reason,
      text: cooldownText(one, nowMs),
      until: new Date(one.untilMs).toISOString(),
    })),
    running: rules === null ? runs : use === null ? null : holders(use, false),
    waiting: rules === null ? 0 : use === null ? null : holders(use, true),
    limits: rules === null ? null : limitsOf(rules, use),
    today: lookup(input.today, tool.name),
  };
}

function holders(use: ToolUse, isWaiting: boolean): number {
  return use.holders.filter((one) => one.isWaiting === isWaiting).length;
}

function limitsOf({ concurrency, queue, windows }: SlotRules, use: ToolUse | null): ToolLimits {
  const most = (name: string) => windows.find((window) => window.name === name)?.most ?? null;
  return {
    concurrency,
    queue,
    per_minute: most('minute'),
    per_hour: most('hour'),
    starts_in_minute: use?.startsInMinute ?? null,
    starts_in_hour: use?.startsInHour ?? null,
  };
}
