import type { PolicyConfig } from '../config/types.js';
import type { SpendLimit, SpendWindow } from '../domain/facts.js';
import { dollars } from '../domain/money.js';
import { giveOr, type SettingNames, settingNames } from '../domain/setting-names.js';
import type { Refusal } from './governance.js';
import type { RunCost } from './run-cost.js';

/** The decision of the limits: how much a run may reserve, or why it may not start. */
export type BudgetVerdict = { reserveMicroUsd: number } | { refusal: BudgetRefusal };

/** Why a run may not start. */
export interface BudgetRefusal extends Refusal {
  why: 'over_limit' | 'missing_price' | 'missing_cap';
  /** End of its window; `null`: waiting does not help. */
  resetAt: string | null;
}

/**
 * Whether a run fits into every hard limit, and how much it reserves. Under a hard limit a run of unbounded cost is refused.
 * `forced` exceeds every limit; tools not billed per token are never blocked.
 */
export function checkBudget(
  windows: readonly SpendWindow[],
  asked: RunCost,
  {
    forced,
    nested,
    isCapAsked = true,
    names = settingNames('command_line'),
  }: { forced: boolean; nested: boolean; isCapAsked?: boolean; names?: SettingNames },
): BudgetVerdict {
  const run = boundByFamily(asked, windows, isCapAsked);
  const worst = run.worstMicroUsd ?? run.inputMicroUsd ?? 0;
  const holds = { reserveMicroUsd: run.isHeldPerCall ? 0 : worst };
  const hard = windows.filter(({ isHard }) => isHard);
  const [first] = hard;
  if (run.billing !== 'api' || forced || first === undefined) return holds;
  if (run.missing !== null) return { refusal: unbounded(run, first, names) };
  // Of a run whose calls are held one by one the first has to fit.
  const needed = run.isHeldPerCall ? Math.max(1, run.inputMicroUsd ?? 0) : worst;
  const full = fullWindow(windows, needed);
  if (full === null) return holds;
  const what = `this run ${run.isHeldPerCall ? 'costs at least' : 'may cost'} ${dollars(needed)}`;
  return { refusal: overLimit(full, { what, force: nested ? null : names.force, names }) };
}

/** The first hard limit into which this much more does not fit; `null`: it fits into all. */
export function fullWindow(windows: readonly SpendWindow[], microUsd: number): SpendWindow | null {
  return windows.find((window) => window.isHard && isOver(window, microUsd)) ?? null;
}

/** What of a limit is used, as a clause: `$9.80 of the daily $10.00 is used`. */
export function usedWords(window: SpendWindow): string {
  const { reservedMicroUsd, limitMicroUsd } = window;
  const held =
    reservedMicroUsd === 0 ? '' : `, ${dollars(reservedMicroUsd)} of it reserved by runs in progress`;
  const of = window.of === '' ? '' : ` of ${window.of}`;
  if (window.window === 'family')
    return `${dollars(used(window))} of the ${dollars(limitMicroUsd)} for the outer call with all of its nested calls is used${held}`;
  return `${dollars(used(window))} of the ${window.window} ${dollars(limitMicroUsd)}${of} is used${held}`;
}

/**
 * Under the cap of an outer run, a run that nothing else bounds may spend what that has left; so may one that is only bound by a budget of
 * every request, which need not fit into that as a whole. It must fit into every hard limit: not every tool spends less for a smaller cap.
 */
function boundByFamily(run: RunCost, windows: readonly SpendWindow[], isCapAsked: boolean): RunCost {
  const family = windows.find(({ window }) => window === 'family');
  if (family === undefined || run.isHeldPerCall || run.missing === 'price') return run;
  const left = Math.max(1, family.limitMicroUsd - used(family), family.drawableMicroUsd);
  if (run.missing !== null) return { ...run, worstMicroUsd: left, missing: null };
  const worst = run.worstMicroUsd ?? left;
  const isWhole = isCapAsked || windows.some((one) => one.isHard && one !== family && isOver(one, worst));
  return isWhole ? run : { ...run, worstMicroUsd: Math.min(worst, left) };
}

/** What an outer run has reserved is taken over where it suffices, so that it does not count twice. */
function isOver(window: SpendWindow, microUsd: number): boolean {
  if (window.drawableMicroUsd > 0 && window.drawableMicroUsd >= microUsd) return false;
  return used(window) + microUsd > window.limitMicroUsd;
}

function used({ settledMicroUsd, reservedMicroUsd }: SpendWindow): number {
  return settledMicroUsd + reservedMicroUsd;
}

/** The refusal when a hard limit has no ledger; `null`: no limit is hard, so the run is only not recorded. */
export function checkLedger(
  limits: readonly SpendLimit[],
  trouble: { message: string; hint: string } | null,
): Refusal | null {
  const hard = limits.find(({ isHard }) => isHard);
  if (hard === undefined) return null;
  const why = trouble?.message ?? 'this router keeps no ledger';
  const hint = trouble?.hint ?? 'give it one';
  return { detail: `${why}, and ${limitWords(hard)} is hard`, hint, at: hard.at };
}

/** `the daily budget` */
function limitWords({ window }: SpendLimit): string {
  return window === 'family' ? 'the cap of the outer call' : `the ${window} budget`;
}

function unbounded(run: RunCost, limit: SpendLimit, { maxTokens, maxCost }: SettingNames): BudgetRefusal {
  const under = `and ${limitWords(limit)} is hard`;
  const base = { at: limit.at, resetAt: null };
  if (run.missing === 'price') {
    const name = run.model ?? '<model>';
    return {
      ...base,
      why: 'missing_price',
      detail:
        run.model === null ? `there is no price, ${under}` : `model \`${run.model}\` has no price, ${under}`,
      hint: `add \`models: { ${name}: { cost_per_1m_tokens: { input: …, output: … } } }\` to the config`,
    };
  }
  return {
    ...base,
    why: 'missing_cap',
    detail: `nothing bounds what this run may cost, ${under}`,
    hint:
      run.missing === 'cap'
        ? giveOr([maxCost], 'set `max_cost_usd` of the agent or `per_request_usd` of the budget')
        : giveOr([maxTokens, maxCost], 'set `max_output_tokens` of the model'),
  };
}

function overLimit(
  window: SpendWindow,
  { what, force, names }: { what: string; force: string | null; names: SettingNames },
): BudgetRefusal {
  if (window.window === 'family') return overFamily(window, { what, names });
  const { endsAtMs, key, at } = window;
  const anyway = force === null ? [] : [`run it anyway with ${force}`];
  const raise = `raise \`${key}\`${at === null ? '' : ` at ${at}`}`;
  return {
    why: 'over_limit',
    detail: `Budget exceeded: ${what}, and ${usedWords(window)}`,
    hint: [raise, ...anyway, `wait until ${utcTime(endsAtMs)}`].join('\nor '),
    at,
    resetAt: new Date(endsAtMs).toISOString(),
  };
}

function overFamily(
  window: SpendWindow,
  { what, names: { maxCost } }: { what: string; names: SettingNames },
): BudgetRefusal {
  const lower = maxCost === null ? 'lower `max_cost_usd` of the agent' : `give this call a lower ${maxCost}`;
  return {
    why: 'over_limit',
    detail: `Budget exceeded: ${what}, and ${usedWords(window)}`,
    hint: `${lower}, or give the outermost call a higher cap`,
    at: null,
    resetAt: null,
  };
}

/** `00:00 UTC on 2026-11-21` */
function utcTime(ms: number): string {
  const iso = new Date(ms).toISOString();
  return `${iso.slice(11, 16)} UTC on ${iso.slice(0, 10)}`;
}

/** A limit whose threshold is reached before the run starts. */
export interface BudgetNotice {
  window: SpendWindow;
  percent: number;
  /** `Daily spending at 81% of limit ($8.10 / $10.00)` */
  message: string;
}

/** The limits to warn about now; none for tools not billed per token. */
export function budgetNotices(windows: readonly SpendWindow[], run: RunCost): BudgetNotice[] {
  if (run.billing !== 'api') return [];
  return windows.flatMap((window) => {
    const { limitMicroUsd, thresholdPercent } = window;
    const percent = limitMicroUsd === 0 ? 100 : (used(window) * 100) / limitMicroUsd;
    if (percent < thresholdPercent) return [];
    const shown = Math.floor(percent);
    const of = window.of === '' ? '' : ` of ${window.of}`;
    const sums = `(${dollars(used(window))} / ${dollars(limitMicroUsd)})`;
    const name = window.window === 'daily' ? 'Daily' : 'Monthly';
    return [{ window, percent: shown, message: `${name} spending${of} at ${shown}% of limit ${sums}` }];
  });
}

/** The refusal of a run without a required justification; `null`: none is required. */
export function checkJustification(
  policy: PolicyConfig,
  run: RunCost,
  { justification, names }: { justification: string | null; names: SettingNames },
): Refusal | null {
  const over = policy.requireJustificationOverMicroUsd;
  if (over === null || run.billing !== 'api' || justification !== null) return null;
  if (run.worstMicroUsd !== null && run.worstMicroUsd <= over.value) return null;
  const worst = run.worstMicroUsd === null ? 'any sum' : dollars(run.worstMicroUsd);
  return {
    detail: `this run may cost ${worst}, and policy \`${policy.name}\` requires a justification above ${dollars(over.value)}`,
    hint:
      names.justification === null
        ? 'lower `max_cost_usd` of the agent, or raise `require_justification_over_usd` of the policy'
        : `give the reason with ${names.justification}, or cap the run with ${names.maxCost}`,
    at: over.at,
  };
}
