import type { Environment } from '../adapters/adapter.js';
import { type BillingFacts, billingOf } from '../adapters/billing.js';
import { expandVariables, variablesIn } from '../adapters/variables.js';
import type { RouterConfig, ToolConfig } from '../config/types.js';
import type { SpendLimit } from '../domain/facts.js';
import { lookup } from '../domain/lookup.js';
import { emptyRequest } from '../domain/request.js';
import type { Candidate } from '../gates/candidate.js';
import { costOf } from '../gates/cost.js';
import type { GateInput } from '../gates/gate.js';
import { checkGates } from '../gates/gates.js';
import { type BudgetRefusal, checkBudget } from '../policy/budget.js';
import type { RunCost } from '../policy/run-cost.js';
import { limitsAt, spendingOf, windowsOf } from '../policy/spend-limits.js';
import { type AgentChain, type AgentChoice, IDEAL_FACTS, type ToolAndModel } from './chains.js';

/** The chain of an agent that is under a hard limit. */
export interface LimitedChain extends AgentChain {
  limits: readonly SpendLimit[];
  /** The first of the limits that is hard. */
  hardLimit: SpendLimit;
  /** The pairs that are billed per token and that no gate before the budget refuses. */
  paid: readonly PaidPair[];
}

/** A pair that is billed per token. */
export interface PaidPair extends ToolAndModel {
  choice: AgentChoice;
  /** Only where the API key of its tool is set, and here it is not. */
  onlyWithKey: boolean;
  cost: RunCost;
}

/** The chains under a hard limit, with what their runs may cost. */
export function limitedChains(
  config: RouterConfig,
  env: Environment,
  chains: readonly AgentChain[],
): LimitedChain[] {
  const metering = new Map<ToolConfig, Metering>();
  const meteringOf = (tool: ToolConfig): Metering => {
    const known = metering.get(tool) ?? meteringIn({ models: config.models, env }, tool);
    metering.set(tool, known);
    return known;
  };
  return chains.flatMap((chain) => {
    const spending = spendingOf(config, { ...chain, project: '', maxCostMicroUsd: null });
    const limits = limitsAt(spending, IDEAL_FACTS.nowMs);
    const hardLimit = limits.find(({ isHard }) => isHard);
    if (hardLimit === undefined) return [];
    const paid = chain.choices.flatMap((choice) =>
      choice.pairs
        .filter((pair) => meteringOf(pair.tool) !== 'never' && passesGates(config, choice, pair))
        .map((pair) => {
          const onlyWithKey = meteringOf(pair.tool) === 'with_key';
          const cost = costOf({ ...runOf(config, choice, pair), facts: IDEAL_FACTS }, spending.capMicroUsd);
          return { ...pair, choice, onlyWithKey, cost };
        }),
    );
    return [{ ...chain, limits, hardLimit, paid }];
  });
}

/** Why a run of a pair would be refused although nothing was spent yet; `null`: it would start. */
export function budgetRefusal(limits: readonly SpendLimit[], cost: RunCost): BudgetRefusal | null {
  const verdict = checkBudget(windowsOf(limits, []), cost, { forced: false, nested: false });
  return 'refusal' in verdict ? verdict.refusal : null;
}

/** Whether the gates let a pair through where nothing is spent or limited, as far as the config decides. */
export function passesGates(config: RouterConfig, choice: AgentChoice, pair: ToolAndModel): boolean {
  return checkGates({ ...runOf(config, choice, pair), facts: IDEAL_FACTS }) === null;
}

/** A run of a pair that is billed per token, on a machine on which its tool is ready. */
function runOf(
  config: RouterConfig,
  { agent, policy }: AgentChoice,
  { tool, model: modelName }: ToolAndModel,
): Omit<GateInput, 'facts'> {
  const candidate: Candidate = {
    tool,
    modelName,
    model: lookup(config.models, modelName),
    billing: 'api',
    availability: { available: true, path: null },
    because: [],
  };
  const request = { ...emptyRequest(''), justification: 'given' };
  const spending = spendingOf(config, { project: '', policy, agent, maxCostMicroUsd: null });
  return { candidate, request, agent, policy, access: agent.access.value, spending };
}

/**
 * The variables that decide which tools are billed per token, by whether they are set and not empty. No other variable decides whether a
 * finding is an error.
 */
export function billingVariables({ tools }: RouterConfig): string[] {
  const names = Object.values(tools).flatMap((tool) =>
    tool.kind === 'command'
      ? [...tool.apiKeyEnv, ...Object.values(tool.envVars).flatMap(({ value }) => variablesIn(value))]
      : [],
  );
  return [...new Set(names)];
}

/** When a tool is billed per token: here, only where its API key is set, or never. */
type Metering = 'here' | 'with_key' | 'never';

function meteringIn({ models, env }: BillingFacts, tool: ToolConfig): Metering {
  if (billingOf(tool, { models, env }) === 'api') return 'here';
  return billingOf(tool, { models, env: withKeys(tool, env) }) === 'api' ? 'with_key' : 'never';
}

/** The environment of a machine on which the keys of the tool are set. */
function withKeys(tool: ToolConfig, env: Environment): Environment {
  if (tool.kind !== 'command') return env;
  const referenced = Object.values(tool.envVars).flatMap(({ value }) => expandVariables(value, env).missing);
  return { ...env, ...Object.fromEntries([...tool.apiKeyEnv, ...referenced].map((name) => [name, 'set'])) };
}
