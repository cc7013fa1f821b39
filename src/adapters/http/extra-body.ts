import { isMap } from '../../domain/lookup.js';
import type { HttpTask, Wire } from './wire.js';

/** Whether the answer is requested as a stream: unless `extra_body: { stream: false }` turns that off. */
export function isStreamed({ tool }: HttpTask): boolean {
  return tool.extraBody.stream !== false;
}

/** The body of a request with the tool's `extra_body`: its keys win, and `null` removes one. */
export function withExtra(
  { sections, streamsBy }: Pick<Wire, 'sections' | 'streamsBy'>,
  body: Readonly<Record<string, unknown>>,
  extra: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const { stream, ...rest } = extra;
  const added = streamsBy === 'path' || stream === undefined ? rest : { ...rest, stream };
  const merged = { ...body, ...added };
  for (const name of sections) {
    const [ours, theirs] = [body[name], extra[name]];
    if (isMap(ours) && isMap(theirs)) merged[name] = withoutNulls({ ...ours, ...theirs });
  }
  return withoutNulls(merged);
}

function withoutNulls(map: Record<string, unknown>): Record<string, unknown> {
  if (!Object.values(map).includes(null)) return map;
  return Object.fromEntries(Object.entries(map).filter(([, value]) => value !== null));
}
