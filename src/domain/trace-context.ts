/**
 * The trace id of a W3C `traceparent` (https://www.w3.org/TR/trace-context/#traceparent-header), later versions with more
 * fields included; `null` when it is missing or no valid one.
 */
export function traceIdOf(traceparent: string | undefined): string | null {
  const match = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(?:$|-)/.exec(traceparent ?? '');
  const [, version, traceId = '', parentId = ''] = match ?? [];
  if (version === undefined || version === 'ff') return null;
  return /^0+$/.test(traceId) || /^0+$/.test(parentId) ? null : traceId;
}
