import type { RouterConfig } from '../config/types.js';
import type { Deadline } from '../domain/deadline.js';
import type { EventSink } from '../domain/events.js';
import { Account } from '../gates/account.js';
import { type AuditSubject, overrideEntry } from '../policy/audit.js';
import { capOf, limitsFor, type Payer, scopesOf } from '../policy/spend-limits.js';
import { keepAudit } from './audit.js';
import { preferenceOf } from './preference.js';
import type { Planned, RouterDeps } from './router.js';

/** The account of a planned request: its limits, its cap, and the ledger that it is kept in. */
export function accountOf(
  input: {
    config: RouterConfig;
    deps: RouterDeps;
    planned: Planned;
    subject: AuditSubject;
    emit: EventSink;
    confirm: () => Promise<boolean>;
  },
  deadline: Deadline,
): Account {
  const { config, deps, planned, subject, emit, confirm } = input;
  const { request, plan, facts, id } = planned;
  const { ledger } = deps;
  const payer: Payer = { project: ledger?.project ?? '', policy: plan.policy, agent: plan.agent };
  return new Account({
    invocationId: id,
    agent: plan.agent,
    ledger,
    limits: (nowMs) => limitsFor(config, payer, nowMs),
    now: deps.clock.now,
    info: {
      scopes: scopesOf(payer),
      project: payer.project,
      sourceAgent: request.sourceAgent,
      preference: preferenceOf(config, plan.agent, deps.env),
      tags: request.tags,
      forced: request.force,
      justification: request.justification,
    },
    capMicroUsd: capOf(config, { ...payer, maxCostMicroUsd: request.maxCostMicroUsd }),
    inputTokens: facts.inputTokens,
    nested: request.parent !== null,
    deadline,
    notice: (notice) => emit({ type: 'budget.warning', ...notice }),
    overridden: (override) =>
      keepAudit(deps.audit, [overrideEntry({ ...override, justification: request.justification }, subject)]),
    confirm,
    warn: (message) => ledger?.warn(message),
  });
}
