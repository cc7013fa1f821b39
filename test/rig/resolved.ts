import type { RouterConfig } from '../../src/config/types.js';
import type { Request } from '../../src/domain/request.js';
import type { ResolvedRequest } from '../../src/gates/gate.js';
import { spendingOf } from '../../src/policy/spend-limits.js';
import { resolveNames } from '../../src/routing/names.js';

/** A request whose names are resolved in a config; every name must exist. */
export function resolved(config: RouterConfig, request: Request): ResolvedRequest {
  const names = resolveNames(config, request);
  if (!names.ok) throw new Error(JSON.stringify(names.error));
  const { agent, policy } = names.value;
  const { maxCostMicroUsd } = request;
  return {
    request,
    ...names.value,
    spending: spendingOf(config, { project: '', policy, agent, maxCostMicroUsd }),
  };
}
