import path from 'node:path';
import type { Failure } from '../domain/failure.js';
import type { Resume } from '../domain/request.js';
import { err, type Result } from '../domain/result.js';
import { reasonOf } from '../files.js';
import { noSession, sessionOf } from '../router/resume.js';
import type { TraceTarget } from '../router/traces.js';
import { fileTraceStore, type TracePlace } from '../trace/store.js';
import { VERSION } from '../version.generated.js';
import type { HostWorld } from '../world.js';
import type { TraceStore } from './trace-store.js';

/** Where a router keeps traces; `null`: nowhere. */
export function traceTargetOf(
  traces: string | TraceStore | undefined,
  { host, warn }: { host: HostWorld; warn: (message: string) => void },
): TraceTarget | null {
  if (traces === undefined) return null;
  const { cwd, nodeVersion, platform } = host;
  const place: TracePlace =
    typeof traces === 'string' ? { dir: path.resolve(cwd, traces) } : { store: traces };
  const versions = { router: VERSION, node: nodeVersion, platform };
  return { place, versions, warn, origin: { cwd, config: [] } };
}

/** Finds the session that an earlier invocation left, by the traces of a router. */
export async function findSession(
  traces: string | TraceStore | undefined,
  id: string,
): Promise<Result<Resume, Failure>> {
  try {
    if (typeof traces === 'string') return sessionOf((await fileTraceStore(traces).find(id)).traces, id);
    if (traces?.find === undefined) return err(noSession('this router keeps no traces to find a session in'));
    const found = await traces.find(id);
    return sessionOf(found === null ? [] : [found], id);
  } catch (error) {
    return err(noSession(`the traces cannot be read: ${reasonOf(error)}`));
  }
}
