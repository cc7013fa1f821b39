import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';
import { newTraceId } from '../domain/id.js';
import { isMap } from '../domain/lookup.js';
import type { Request } from '../domain/request.js';
import { type ParentSpan, parentSpanOf } from '../domain/trace-context.js';
import { MAX_TRACE_ID } from './context-schema.js';

/** What a caller says of itself, its trace and its conversation. */
export interface CallerContext {
  trace_id: string;
  source_agent: string | null;
  target_agent: string | null;
  session_id: string | null;
  conversation_id: string | null;
  timestamp: string | null;
  /** The span that it names in `traceparent`. */
  parent_span: ParentSpan | null;
}

/** The context of a request: its `a2a_context`, which was checked, else its headers; a new trace where it names none. */
export function callerContext(
  given: unknown,
  headers: IncomingHttpHeaders,
  random: () => number,
): CallerContext {
  const context = isMap(given) ? given : {};
  const field = (name: string): string | null => {
    const value = context[name];
    return typeof value === 'string' && value !== '' ? value : null;
  };
  const traceparent = headers.traceparent;
  const parentSpan = parentSpanOf(typeof traceparent === 'string' ? traceparent : undefined);
  return {
    trace_id: field('trace_id') ?? traceHeader(headers) ?? parentSpan?.traceId ?? newTraceId(random),
    source_agent: field('source_agent') ?? header(headers, 'x-source-agent'),
    target_agent: field('target_agent'),
    session_id: field('session_id') ?? header(headers, 'x-session-id'),
    conversation_id: field('conversation_id'),
    timestamp: field('timestamp'),
    parent_span: parentSpan,
  };
}

/** What a caller gets back of its context: what it can send as `a2a_context` itself. */
export function contextDocument({ parent_span: _ours, ...sent }: CallerContext) {
  return sent;
}

/** The trace id of a caller whose request could not be read so far. */
export function looseTraceId(given: unknown, headers: IncomingHttpHeaders, random: () => number): string {
  const { trace_id } = callerContext(given, headers, random);
  return isHeaderText(trace_id) && trace_id.length <= MAX_TRACE_ID ? trace_id : newTraceId(random);
}

/** One that is too long counts as none: what is in front of the caller may have set it. */
function traceHeader(headers: IncomingHttpHeaders): string | null {
  const id = header(headers, 'x-trace-id');
  return id !== null && id.length <= MAX_TRACE_ID ? id : null;
}

function header(headers: IncomingHttpHeaders, name: string): string | null {
  const value = headers[name];
  return typeof value === 'string' && value !== '' ? value : null;
}

/** The part of a request that the context makes; tags of the same names are the caller's own. */
export function correlationOf(
  context: CallerContext,
  tags: Readonly<Record<string, string>>,
): Pick<Request, 'traceId' | 'parentSpan' | 'sourceAgent' | 'session' | 'tags'> {
  const { trace_id: traceId, source_agent: sourceAgent, session_id: session } = context;
  const { target_agent, conversation_id } = context;
  return {
    traceId,
    parentSpan: context.parent_span,
    sourceAgent,
    session,
    tags: {
      ...(target_agent === null ? {} : { target_agent }),
      ...(conversation_id === null ? {} : { conversation_id }),
      ...tags,
    },
  };
}

/** The headers by which a caller finds its answer again. */
export function correlationHeaders({
  trace_id,
  source_agent,
  session_id,
}: CallerContext): OutgoingHttpHeaders {
  const named: [string, string | null][] = [
    ['x-trace-id', trace_id],
    ['x-source-agent', source_agent],
    ['x-session-id', session_id],
  ];
  return Object.fromEntries(
    named.flatMap(([name, value]) => (value === null || !isHeaderText(value) ? [] : [[name, value]])),
  );
}

function isHeaderText(text: string): boolean {
  return /^[\x20-\x7e]*$/.test(text);
}
