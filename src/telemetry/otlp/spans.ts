import {
  type Context,
  ROOT_CONTEXT,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import { spanIdOf, w3cTraceId } from '../../crypto/trace-ids.js';
import type { RunEvent } from '../../domain/events.js';
import type { ParentSpan } from '../../domain/trace-context.js';
import { withoutTexts } from '../../redact/private-texts.js';
import {
  type Attributes,
  attemptAttributes,
  callAttributes,
  invocationAttributes,
  operationOf,
  raceAttributes,
  verifyAttributes,
  type Wait,
  waitAttributes,
} from './attributes.js';
import type { GivenIds } from './ids.js';
import { NAMES } from './names.js';
import type { ObservedRun, ObservedVerification, TimedEvent } from './subject.js';

/** A span that is over. Times are ms since the epoch. */
interface EndedSpan {
  name: string;
  /** Its id, and that of the span around it. */
  id: string;
  parentId: string | null;
  kind: SpanKind;
  startMs: number;
  endMs: number;
  attributes: Attributes;
  failure: { message: string } | null;
}

/** Makes the spans of one run from its events, each as soon as what it describes is over. */
export class RunSpans {
  readonly #run: ObservedRun;
  readonly #tracer: Tracer;
  readonly #ids: GivenIds;
  readonly #traceId: string;
  /** The span of the invocation. */
  readonly #rootId: string;
  /** The span around it; `null`: it has none, or one of another trace. */
  readonly #outer: ParentSpan | null;
  #wait: Wait | null = null;
  /** When something else came; an attempt says later when it began. */
  #waitEndMs: number | null = null;
  #waits = 0;

  constructor(run: ObservedRun, tracer: Tracer, ids: GivenIds) {
    this.#run = run;
    this.#tracer = tracer;
    this.#ids = ids;
    this.#traceId = w3cTraceId(run.traceId);
    this.#rootId = spanIdOf(run.id);
    this.#outer = run.parentSpan?.traceId === this.#traceId ? run.parentSpan : null;
  }

  note({ event, atMs }: TimedEvent): void {
    if (this.#endsWait(event)) this.#waitEndMs ??= atMs;
    if (event.type === 'attempt.finished') this.#attempt(event);
    else if (event.type !== 'attempt.started') this.#endWait(atMs);
    if (event.type === 'retry.scheduled') this.#startWait(event, 'retry', event.reason, atMs);
    if (event.type === 'queue.wait' && this.#wait === null) this.#startWait(event, 'queue', null, atMs);
    if (event.type === 'invocation.finished') this.#invocation(event, atMs);
  }

  /** While a run waits it reports no more than that, and warnings. */
  #endsWait({ type }: RunEvent): boolean {
    if (this.#wait === null || type === 'budget.warning') return false;
    return type !== 'queue.wait' || this.#wait.kind !== 'queue';
  }

  #startWait(
    { candidate, attempt }: Extract<RunEvent, { type: 'retry.scheduled' | 'queue.wait' }>,
    kind: Wait['kind'],
    reason: string | null,
    startMs: number,
  ): void {
    const { tool, model } = candidate;
    this.#wait = { kind, attempt, tool, model, reason, startMs };
  }

  /** Ends the wait that is over, at this time at the latest. */
  #endWait(latestMs: number): void {
    const wait = this.#wait;
    const endMs = Math.min(this.#waitEndMs ?? latestMs, latestMs);
    if (wait === null || this.#waitEndMs === null) return;
    this.#wait = null;
    this.#waitEndMs = null;
    this.#end({
      name: 'wait',
      id: spanIdOf(this.#run.id, 'wait', ++this.#waits),
      parentId: this.#rootId,
      kind: SpanKind.INTERNAL,
      startMs: wait.startMs,
      endMs,
      attributes: waitAttributes(this.#run, wait),
      failure: null,
    });
  }

  #attempt(ended: Extract<RunEvent, { type: 'attempt.finished' }>): void {
    const { n, tool, model, startedAt, latencyMs, failure, calls } = ended.record;
    const id = spanIdOf(this.#run.id, n);
    const operation = operationOf(this.#run.apiOf(tool));
    const startMs = Date.parse(startedAt);
    this.#endWait(startMs);
    for (const [index, call] of (calls ?? []).entries()) {
      this.#end({
        name: call.model === null ? 'chat' : `chat ${call.model}`,
        id: spanIdOf(this.#run.id, n, index),
        parentId: id,
        kind: SpanKind.CLIENT,
        startMs: call.startedAtMs,
        endMs: call.startedAtMs + call.latencyMs,
        attributes: callAttributes(this.#run, call),
        failure: call.failure,
      });
    }
    this.#end({
      name: `${operation} ${operation === 'chat' ? (model ?? tool) : tool}`,
      id,
      parentId: this.#rootId,
      kind: SpanKind.CLIENT,
      startMs,
      endMs: startMs + latencyMs,
      attributes: attemptAttributes(this.#run, ended),
      failure,
    });
  }

  #invocation({ invocation }: Extract<RunEvent, { type: 'invocation.finished' }>, endMs: number): void {
    const { agent, startedMs } = this.#run;
    const { race, failure } = invocation;
    const root = { id: this.#rootId, parentId: this.#outer?.spanId ?? null, startMs: startedMs, endMs };
    for (const verification of this.#run.verifications ?? []) this.#verification(verification);
    const { name, attributes } =
      race === undefined
        ? {
            name: agent === null ? 'invoke_agent' : `invoke_agent ${agent}`,
            attributes: invocationAttributes(this.#run, invocation),
          }
        : { name: 'race', attributes: raceAttributes(this.#run, invocation, race) };
    this.#end({ ...root, name, kind: SpanKind.INTERNAL, attributes, failure });
  }

  #verification(verification: ObservedVerification): void {
    const { id, startMs, endMs, failure } = verification;
    this.#end({
      name: 'verify',
      id: spanIdOf(id, 'verify'),
      parentId: spanIdOf(id),
      kind: SpanKind.INTERNAL,
      startMs,
      endMs,
      attributes: verifyAttributes(verification),
      failure,
    });
  }

  #end({ name, id, parentId, kind, startMs, endMs, attributes, failure }: EndedSpan): void {
    const { redactor, privateTexts } = this.#run;
    const known = Object.entries(attributes).filter(([, value]) => value !== null);
    const shown = redactor.value(Object.fromEntries(known)) as Record<string, string>;
    this.#ids.next(this.#traceId, id);
    const span = this.#tracer.startSpan(
      redactor.text(name),
      { kind, startTime: startMs, attributes: { ...shown, ...idsIn(attributes) } },
      this.#around(parentId),
    );
    if (failure !== null) {
      const message = redactor.text(withoutTexts(failure.message, privateTexts));
      span.setStatus({ code: SpanStatusCode.ERROR, message });
    }
    span.end(Math.max(startMs, endMs));
  }

  #around(parentId: string | null): Context {
    if (parentId === null) return ROOT_CONTEXT;
    const parent: SpanContext = {
      traceId: this.#traceId,
      spanId: parentId,
      traceFlags: TraceFlags.SAMPLED,
      isRemote: parentId === this.#outer?.spanId && this.#outer.isLocal !== true,
    };
    return trace.setSpanContext(ROOT_CONTEXT, parent);
  }
}

/** A pattern of the user's may fit the ids by which runs are found. */
function idsIn(attributes: Attributes): Record<string, string> {
  return Object.fromEntries(
    IDS.flatMap((name) => {
      const id = attributes[name];
      return typeof id === 'string' ? [[name, id]] : [];
    }),
  );
}

const IDS: readonly string[] = [NAMES.invocation, NAMES.parent, NAMES.raceWinner];
