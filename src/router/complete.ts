import type { AdapterContext, ProcessRecorder } from '../adapters/adapter.js';
import { billingOf } from '../adapters/billing.js';
import { adapterOf } from '../adapters/registry.js';
import type { RouterConfig } from '../config/types.js';
import type { Deadline } from '../domain/deadline.js';
import type { EventSink } from '../domain/events.js';
import type { Invocation } from '../domain/invocation.js';
import { type AuditSubject, budgetEntries, governanceEntries, missingKeyEntries } from '../policy/audit.js';
import { afterFailure, afterSuccess } from '../policy/cooldown.js';
import { rulesFor } from '../routing/decide.js';
import { recheck } from '../routing/plan.js';
import { accountOf } from './account.js';
import { keepAudit } from './audit.js';
import { withLedger } from './ledger.js';
import { policyOf } from './policy.js';
import { taskFor } from './previews.js';
import type { Planned, RouterDeps } from './router.js';
import { type RunDeps, run } from './run.js';
import { slotsOf } from './slots.js';
import { withTraceDir } from './traces.js';
import { traitsOf } from './traits.js';
import { unserved } from './unserved.js';

/** A planned request that runs, or is about to. */
export interface Running {
  config: RouterConfig;
  deps: RouterDeps;
  planned: Planned;
}

/** Runs what was planned: puts adapters, ledger and logs together. */
export async function complete(
  input: Running & {
    deadline: Deadline;
    recorder: ProcessRecorder | null;
    emit: EventSink;
    confirm: () => Promise<boolean>;
  },
): Promise<Invocation> {
  const { deps, planned, deadline, recorder, emit } = input;
  const context: AdapterContext = {
    env: withLedger(withTraceDir(deps.env, deps.traces), deps.ledger),
    deadline,
    urgent: deps.urgent,
    monotonicMs: deps.clock.monotonic,
    now: deps.clock.now,
    tmpDir: deps.tmpDir,
    recorder,
  };
  const account = accountOf({ ...input, subject: subjectOf(planned) }, deadline);
  const slots = slotsOf(input, deadline);
  try {
    return await run(planned, { ...runDeps(input), account, slots, context, emit });
  } finally {
    account.dispose();
    await slots.end();
  }
}

function runDeps({
  config,
  deps,
  planned,
}: Running): Omit<RunDeps, 'context' | 'emit' | 'account' | 'slots'> {
  const policy = policyOf(config, planned.plan);
  return {
    rules: rulesFor(policy, planned.request),
    traitsOf: (candidate) => traitsOf(config, candidate),
    prepare: (candidate, turn) => {
      const task = taskFor(config, planned, candidate, turn);
      return { task, adapter: adapterOf(task.tool), billing: billingOf(task.tool, deps.env) };
    },
    admit: async (candidate, { again }) => {
      // What this run has learnt of a candidate is what its own retries are for.
      const cooldowns = again ? [] : (await deps.cooldowns.read()).cooldowns;
      // What it may spend is judged where it is reserved, on the sums of that moment.
      const facts = { ...planned.facts, nowMs: deps.clock.now(), cooldowns, spend: [], spendTrouble: null };
      return recheck(config, facts, { ...planned, candidate });
    },
    learn: ({ tool, model }, failed) => {
      const known = { pair: { tool, model }, policy: policy.cooldown, nowMs: deps.clock.now() };
      return deps.cooldowns.change((state) =>
        failed === null
          ? afterSuccess(state, known.pair)
          : afterFailure(state, { ...known, failure: failed }),
      );
    },
    audit: (rejected) => {
      const known = { plan: planned.plan, policy, subject: subjectOf(planned) };
      return keepAudit(deps.audit, [
        ...governanceEntries(rejected, known),
        ...missingKeyEntries(rejected, { ...known, facts: planned.facts }),
        ...budgetEntries(rejected, known),
      ]);
    },
    unserved: (plan) => unserved(config, plan),
    checkAnswer: planned.checkAnswer,
    random: deps.random,
    ...(deps.debug === undefined ? {} : { debug: deps.debug }),
  };
}

/** Who asked, for the audit log. */
function subjectOf({ plan, request, id, traceId }: Planned): AuditSubject {
  const { sourceAgent, session } = request;
  return { agent: plan.agent, sourceAgent, session, traceId, invocationId: id };
}
