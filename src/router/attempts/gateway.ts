import type { Task } from '../../adapters/adapter.js';
import { gatewayTarget } from '../../adapters/command/gateway-url.js';
import { proxyTrouble } from '../../adapters/http/proxy.js';
import { refused } from '../../adapters/refused.js';
import type { CommandTool } from '../../config/types.js';
import { firstAbort } from '../../domain/abort.js';
import type { Outcome, ProviderCall } from '../../domain/attempt.js';
import { addCosts, type Cost } from '../../domain/cost.js';
import type { StoppableDeadline } from '../../domain/deadline.js';
import { type Failure, type FailureType, failure } from '../../domain/failure.js';
import { err, ok, type Result } from '../../domain/result.js';
import { addUsage, totalTokens, type Usage } from '../../domain/usage.js';
import { type Gateway, openGateway } from '../../gateway/gateway.js';
import type { CallNotes } from '../../gateway/world.js';
import { askedDelayMs } from '../../routing/backoff.js';
import { backoffOf } from '../../routing/waits.js';
import type { Admitted } from '../admit.js';
import type { CandidateInRun, Run } from '../state.js';
import { type AttemptJournal, attemptJournal } from './gateway-journal.js';
import { findModel, refuseModel } from './gateway-models.js';

/** The gateway of one attempt, and what it saw. */
export interface AttemptGateway {
  /** For the tool. */
  url: string;
  /** The provider behind it. */
  target: string;
  /** Kills the tool at once: that of the run, or when the gateway has ended the run. */
  urgent: AbortSignal;
  /** Loads what serves calls; called when the tool was started. */
  load(): void;
  /** Whether a call has ended. */
  hasCalls(): boolean;
  /** Closes it once the tool has ended, and corrects the outcome by what was seen. */
  close(ended: Outcome, tool: { active: boolean }): Promise<Seen>;
}

/** What a gateway saw of an attempt. */
export interface Seen {
  outcome: Outcome;
  calls: readonly ProviderCall[];
  /** What all calls cost; `null`: none was seen. */
  cost: Cost | null;
}

/** From the end of a run by the gateway to SIGTERM, and to SIGKILL, ms: a tool may first report what it was told. */
const TERM_MS = 2500;
const KILL_MS = 4000;

/** Opens the gateway of an attempt. */
export async function openAttemptGateway(
  run: Run,
  { candidate, grant, n }: Admitted & { candidate: CandidateInRun },
  deadline: StoppableDeadline,
): Promise<Result<AttemptGateway, Failure>> {
  const { host, planned } = run;
  const task = candidate.task as Task<CommandTool>;
  const target = gatewayTarget(task, host.env);
  if (!target.ok) return target;
  const trouble = proxyTrouble(target.value, host.env);
  if (trouble !== null) return err(refused(task, 'tool_not_found', trouble.detail, trouble.hint));
  const ending = new Ending(deadline);
  const journal = attemptJournal(run, n);
  const opened = await openGateway({
    api: task.tool.gateway?.api ?? 'openai-chat',
    baseUrl: target.value,
    task,
    billing: candidate.billing,
    money: grant.calls,
    modelOf: (id) => findModel(planned.catalogue, candidate, id),
    refuseModel: (id, entry) => refuseModel(planned.policy, candidate, { id, entry }),
    journal: withCosts(journal, run, n),
    patience: {
      of: (type) => backoffOf(candidate, type, planned.rules),
      askedMs: (failed) => askedDelayMs(failed, host.clock.now()),
    },
    onEnding: (failed) => ending.begin(failed),
    env: host.env,
    now: host.clock.now,
    monotonicMs: host.clock.monotonic,
    redact: host.redactor.text,
  });
  if (!opened.ok) {
    const { tool, modelName } = candidate;
    return err(failure('overloaded', opened.error, { tool: tool.name, model: modelName }));
  }
  return ok(
    attemptGateway(run, { candidate, gateway: opened.value, target: target.value.href, ending, journal }),
  );
}

/** Reports the cost of all calls that have ended, beside the journal. */
function withCosts(
  journal: AttemptJournal | null,
  { recorder: { costs } }: Run,
  attempt: number,
): CallNotes | null {
  if (costs === null) return journal;
  let sum: Cost | null = null;
  return {
    begun: (call, begun) => journal?.begun(call, begun),
    ended: (call, ended) => {
      journal?.ended(call, ended);
      sum = addCosts(sum === null ? [ended.cost] : [sum, ended.cost]);
      if (sum !== null) costs({ type: 'cost.so_far', attempt, cost: sum });
    },
  };
}

function attemptGateway(
  { stop }: Run,
  by: {
    candidate: CandidateInRun;
    gateway: Gateway;
    target: string;
    ending: Ending;
    journal: AttemptJournal | null;
  },
): AttemptGateway {
  const { candidate, gateway, target, ending, journal } = by;
  const urgent = firstAbort([stop.urgent, ending.urgent]);
  return {
    url: gateway.url,
    target,
    urgent: urgent.signal,
    load: gateway.load,
    hasCalls: () => gateway.calls().length > 0,
    close: async (ended, { active }) => {
      await gateway.close().finally(() => journal?.close());
      ending.end();
      urgent.release();
      const calls = gateway.calls();
      const isCancelled = stop.deadline.failure !== null;
      const failed = isCancelled ? ended.failure : failureOf(ended, gateway);
      const outcome = { ...ended, failure: failed };
      if (calls.length === 0) return { outcome: withUnused(outcome, candidate, active), calls, cost: null };
      const usage = addUsage(calls.map((call) => call.usage));
      const warnings = [...ended.warnings, ...differences(ended, { usage, calls, candidate })];
      const cost = addCosts(calls.map((call) => call.cost));
      return { outcome: { ...outcome, usage, reportedCostMicroUsd: null, warnings }, calls, cost };
    },
  };
}

/** Ends a tool that may not go on: it gets time to say so itself. */
class Ending {
  readonly #deadline: StoppableDeadline;
  readonly #urgent = new AbortController();
  #timers: NodeJS.Timeout[] = [];

  constructor(deadline: StoppableDeadline) {
    this.#deadline = deadline;
  }

  get urgent(): AbortSignal {
    return this.#urgent.signal;
  }

  begin(failed: Failure): void {
    this.#timers = [
      setTimeout(() => this.#deadline.stop(failed), TERM_MS),
      setTimeout(() => this.#urgent.abort(), KILL_MS),
    ];
  }

  end(): void {
    for (const timer of this.#timers) clearTimeout(timer);
  }
}

/** Failures that a tool tells in words, which the provider has told exactly. */
const TOLD_BY_PROVIDERS: readonly FailureType[] = [
  ...(['rate_limit', 'quota', 'overloaded', 'connection', 'provider_error', 'authentication'] as const),
  ...(['model_not_found', 'context_too_large', 'invalid_request', 'invalid_response', 'refused'] as const),
];

/**
 * A refused call ends the run, whatever the tool makes of it. Else a tool that answered has got over what failed, and for one that failed
 * the provider's last failure says more than the tool's words.
 */
function failureOf(ended: Outcome, gateway: Gateway): Failure | null {
  const own = ended.failure;
  const ending = gateway.ending();
  if (ending !== null && (own !== null || gateway.hasRefused())) return withEnd(ending, ended);
  const last = gateway.calls().at(-1)?.failure ?? null;
  if (own === null || last === null || !TOLD_BY_PROVIDERS.includes(own.type)) return own;
  return withEnd({ ...last, hint: last.hint ?? own.hint, cools: own.cools }, ended);
}

/** With how the tool ended. */
function withEnd(failed: Failure, { exitCode, failure: own }: Outcome): Failure {
  return { ...failed, exitCode, stderrTail: own?.stderrTail ?? null };
}

/** A tool that worked without a call has passed its gateway by. */
function withUnused(outcome: Outcome, { tool, billing }: CandidateInRun, active: boolean): Outcome {
  if (!active && outcome.failure !== null) return outcome;
  const cap = billing === 'api' ? ', so its cap is only checked' : '';
  const warning = `gateway unused: no call of \`${tool.name}\` came through it${cap}; see \`gateway\` of its definition`;
  return { ...outcome, warnings: [...outcome.warnings, warning] };
}

/** What the tool reports is compared with what its calls used. */
function differences(
  { failure: failed, usage: reported }: Outcome,
  by: { usage: Usage | null; calls: readonly ProviderCall[]; candidate: CandidateInRun },
): string[] {
  const { usage, calls, candidate } = by;
  const isKnown = calls.every((call) => call.failure !== null || isComplete(call.usage));
  if (failed !== null || !isKnown || !isComplete(reported) || !isComplete(usage)) return [];
  const [told, seen] = [countsOf(reported), countsOf(usage)];
  if (told === seen) return [];
  return [`\`${candidate.tool.name}\` reports ${told}, and its calls used ${seen}, which counts`];
}

function isComplete(usage: Usage | null): usage is Usage {
  return usage !== null && usage.inputTokens !== null && usage.outputTokens !== null;
}

function countsOf(usage: Usage): string {
  const output = usage.outputTokens ?? 0;
  return `${totalTokens(usage) - output} input and ${output} output tokens`;
}
