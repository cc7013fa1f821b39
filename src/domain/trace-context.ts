/** The span that a run belongs to. */
export interface ParentSpan {
  /** 32 hex digits. */
  traceId: string;
  /** 16 hex digits. */
  spanId: string;
  /** Whether its program records the trace. */
  isSampled: boolean;
  /** It is of this process; absent: of another program. */
  isLocal?: true;
}

/**
 * The span of a W3C `traceparent` (https://www.w3.org/TR/trace-context/#traceparent-header), later versions with more
 * fields included; `null` when it is missing or no valid one.
 */
export function parentSpanOf(traceparent: string | undefined): ParentSpan | null {
  const match = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(?:$|-)/.exec(traceparent ?? '');
  const [, version, traceId = '', spanId = '', flags = ''] = match ?? [];
  if (version === undefined || version === 'ff') return null;
  if (/^0+$/.test(traceId) || /^0+$/.test(spanId)) return null;
  return { traceId, spanId, isSampled: (Number.parseInt(flags, 16) & 1) === 1 };
}

/** Whether a run below this span is recorded; one that starts a trace (`null`) is. */
export function isSampled(parent: ParentSpan | null | undefined): boolean {
  return parent?.isSampled !== false;
}

/** The trace id of a W3C `traceparent`; `null` when it is missing or no valid one. */
export function traceIdOf(traceparent: string | undefined): string | null {
  return parentSpanOf(traceparent)?.traceId ?? null;
}
