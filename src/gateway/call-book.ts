import type { HttpEnd } from '../adapters/http/call.js';
import { withLimitEnd } from '../adapters/http/limit-end.js';
import {
  type FinishedCall,
  failureOfCall,
  hasOtherPrice,
  wasRejectedUnbilled,
} from '../adapters/http/outcome.js';
import type { HttpTask } from '../adapters/http/wire.js';
import { wireOfApi } from '../adapters/http.js';
import type { ModelConfig } from '../config/types.js';
import type { ProviderCall } from '../domain/attempt.js';
import type { CallHold } from '../domain/call-money.js';
import { attemptCost, type Cost } from '../domain/cost.js';
import { type Failure, failure } from '../domain/failure.js';
import { dollars } from '../domain/money.js';
import { plausibleUsage } from '../domain/plausible.js';
import type { AnswerTap } from './answer-tap.js';
import type { CallRequest } from './call-request.js';
import { providerTask } from './provider-task.js';
import { RetryWatch } from './retry-watch.js';
import type { GatewayWorld } from './world.js';
import { type WorstCase, worstCase } from './worst-case.js';

/** A call that was let through. */
export interface OpenCall {
  /** Its number in the attempt. */
  n: number;
  model: string | null;
  entry: ModelConfig | null;
  hold: CallHold | null;
  /** The call as a task of a provider API, for the reader of its answer. */
  task: HttpTask;
  requestBytes: number;
  startedMs: number;
}

/** The body of a call, as far as it matters for one that cannot be read. */
export interface SentBody {
  bytes: number;
  /** Its encoding, if that is why it cannot be read. */
  encoding: string | undefined;
}

/** A call that the gateway answers itself. */
export interface RefusedCall {
  refused: Failure;
  status: 402 | 403;
}

/** Decides about every call of one attempt before it is sent, and records how it ended. */
export class CallBook {
  /** In the order in which they ended. */
  readonly calls: ProviderCall[] = [];
  /** Why the run cannot go on; `null`: it can. */
  ending: Failure | null = null;
  /** Whether a call was refused. */
  hasRefused = false;
  readonly #world: GatewayWorld;
  readonly #watch: RetryWatch;
  #count = 0;
  readonly #tasks = new Map<string | null, HttpTask>();

  constructor(world: GatewayWorld) {
    this.#world = world;
    this.#watch = new RetryWatch(world.patience);
  }

  /** Lets a call through, its money held, or says why not. `null`: what it asks for could not be read. */
  async open(asked: CallRequest | null, body: SentBody): Promise<OpenCall | RefusedCall> {
    const startedMs = this.#world.monotonicMs();
    const model = asked?.model ?? null;
    const entry = model === null ? null : this.#world.modelOf(model);
    const admitted = this.#refusal(model, entry) ?? (await this.#hold(asked, { entry, body }));
    if (admitted !== null && 'refused' in admitted) {
      this.#recordRefused(admitted, { model, startedMs });
      return admitted;
    }
    const n = ++this.#count;
    this.#world.journal?.begun(n, { model, cost: heldCost(admitted, this.#world.billing) });
    const task = this.#taskOf(model, entry);
    return { n, model, entry, hold: admitted, task, requestBytes: body.bytes, startedMs };
  }

  /** Records the end of a call, and settles what it held. */
  async close(call: OpenCall, tap: AnswerTap, end: HttpEnd): Promise<void> {
    const { monotonicMs, redact } = this.#world;
    const wire = wireOfApi(this.#world.api);
    const finished = tap.finished({ wire, task: call.task, requestBytes: call.requestBytes, end, redact });
    const latencyMs = Math.round(monotonicMs() - call.startedMs);
    const failed = failureOfCall(finished);
    const usage = plausibleUsage(finished.answer.usage, { hasText: finished.text.trim() !== '' });
    const cost = costOf(finished, { call, usage, failed, billing: this.#world.billing });
    await call.hold?.settle(cost.chargedMicroUsd ?? 0);
    const named = failed === null ? null : await this.#named(finished, failed);
    this.#record(call.n, {
      model: call.model,
      startedAtMs: this.#world.now() - latencyMs,
      status: finished.response?.status ?? null,
      usage,
      cost,
      firstOutputMs: finished.firstOutputMs === null ? null : Math.round(finished.firstOutputMs),
      latencyMs,
      failure: named,
    });
    if (end.ended !== 'cancelled') this.#note(named);
  }

  #record(n: number, call: ProviderCall): void {
    this.calls.push(call);
    this.#world.journal?.ended(n, call);
  }

  /** Most calls of a run name the same model. */
  #taskOf(model: string | null, entry: ModelConfig | null): HttpTask {
    const task = this.#tasks.get(model) ?? providerTask(this.#world, { id: model, entry });
    this.#tasks.set(model, task);
    return task;
  }

  #refusal(model: string | null, entry: ModelConfig | null): RefusedCall | null {
    if (this.ending !== null)
      return { refused: this.ending, status: this.ending.type === 'budget_exceeded' ? 402 : 403 };
    const refusal = this.#world.refuseModel(model, entry);
    if (refusal === null) return null;
    return { refused: this.#failure('not_allowed', refusal.message, refusal.hint), status: 403 };
  }

  async #hold(
    asked: CallRequest | null,
    { entry, body }: { entry: ModelConfig | null; body: SentBody },
  ): Promise<CallHold | RefusedCall | null> {
    const { money } = this.#world;
    if (money === null) return null;
    if (asked === null && !money.isLimiting) return null;
    if (asked === null) return this.#tooDear(...unreadable(body));
    const worst = worstCase(asked, entry);
    if ('missing' in worst && !money.isLimiting) return null;
    if ('missing' in worst) return this.#tooDear(...unbounded(asked, worst));
    const held = await money.hold(worst.microUsd);
    if (!('refusal' in held)) return held;
    const { inputTokens, outputTokens } = worst;
    const tokens = `at most ${count(inputTokens)} input tokens and ${count(outputTokens)} output tokens`;
    const cost = `a call of \`${asked.model}\` may cost ${dollars(worst.microUsd)} (${tokens})`;
    return this.#tooDear(`${cost}, and ${held.refusal}`, held.hint);
  }

  #tooDear(message: string, hint: string | null): RefusedCall {
    const refused = this.#failure('budget_exceeded', `Budget exceeded: ${message}`, hint);
    return { refused, status: 402 };
  }

  #failure(type: Failure['type'], message: string, hint: string | null): Failure {
    const { tool, modelName } = this.#world.task;
    return failure(type, message, { tool: tool.name, model: modelName, hint });
  }

  #recordRefused(
    { refused, status }: RefusedCall,
    { model, startedMs }: { model: string | null; startedMs: number },
  ): void {
    const { billing, monotonicMs, now } = this.#world;
    const cost: Cost = { chargedMicroUsd: 0, listMicroUsd: 0, basis: 'computed', billing };
    const latencyMs = Math.round(monotonicMs() - startedMs);
    this.#record(++this.#count, {
      model,
      startedAtMs: now() - latencyMs,
      status,
      usage: null,
      cost,
      firstOutputMs: null,
      latencyMs,
      failure: refused,
    });
    this.hasRefused = true;
    this.#end(refused);
  }

  /** The failure under the names of the run, with the end of its limit. */
  async #named(finished: FinishedCall, failed: Failure): Promise<Failure> {
    const { task, now } = this.#world;
    const known = await withLimitEnd(finished, failed, now());
    return { ...known, tool: task.tool.name, model: task.modelName };
  }

  #note(failed: Failure | null): void {
    this.#watch.note(failed);
    if (this.#watch.blocked !== null) this.#end(this.#watch.blocked);
  }

  #end(failed: Failure): void {
    if (this.ending !== null) return;
    this.ending = failed;
    this.#world.onEnding(failed);
  }
}

/** What an open call counts as. */
function heldCost(hold: CallHold | null, billing: GatewayWorld['billing']): Cost {
  const microUsd = hold?.worstMicroUsd ?? null;
  return {
    chargedMicroUsd: billing === 'api' ? microUsd : 0,
    listMicroUsd: microUsd,
    basis: microUsd === null ? 'unknown' : 'estimated',
    billing,
  };
}

/** What a call cost. Under a cap or a limit an unknown part of it counts as all that the call held. */
function costOf(
  finished: FinishedCall,
  by: { call: OpenCall; usage: Parameters<typeof attemptCost>[0]['usage']; failed: Failure | null } & Pick<
    GatewayWorld,
    'billing'
  >,
): Cost {
  const { call, usage, failed, billing } = by;
  const { answer } = finished;
  const rejectedUnbilled = failed !== null && wasRejectedUnbilled(finished);
  const isCut = !answer.ended && !rejectedUnbilled;
  const cost = attemptCost({
    reportedMicroUsd: answer.costMicroUsd,
    usage,
    price: call.entry?.price ?? null,
    billing,
    rejectedUnbilled,
    isPriceUnknown: hasOtherPrice(finished),
    cutShort: isCut,
  });
  if (call.hold === null || (cost.basis !== 'unknown' && !isCut)) return cost;
  const microUsd = Math.max(cost.chargedMicroUsd ?? 0, call.hold.worstMicroUsd);
  return { ...cost, chargedMicroUsd: microUsd, listMicroUsd: microUsd, basis: 'estimated' };
}

function unreadable({ encoding }: SentBody): [message: string, hint: string] {
  if (encoding === undefined)
    return ['a call whose body is no JSON object has no known cost', 'let the tool send plain JSON'];
  const what = `the body of a call in the encoding \`${encoding.slice(0, 40)}\` cannot be read here, so its cost is not known`;
  return [what, 'let the tool send its requests without compression'];
}

function unbounded(
  asked: CallRequest,
  { missing }: Extract<WorstCase, { missing: string }>,
): [message: string, hint: string] {
  const model = asked.model === null ? 'a call that names no model' : `model \`${asked.model}\``;
  switch (missing) {
    case 'price':
      return [
        `${model} has no price, and the cost of this run is limited`,
        `add \`models: { <name>: { id: ${asked.model ?? '…'}, cost_per_1m_tokens: { input: …, output: … } } }\` to the config`,
      ];
    case 'tier':
      return [
        `the tier \`${asked.otherTier}\` of a call of ${model} has no price, and the cost of this run is limited`,
        'let the tool use the ordinary tier',
      ];
    case 'output_limit':
      return [
        `nothing limits the answer of a call of ${model}, and the cost of this run is limited`,
        'set `max_output_tokens` of the model',
      ];
  }
}

function count(tokens: number): string {
  return tokens.toLocaleString('en-US');
}
