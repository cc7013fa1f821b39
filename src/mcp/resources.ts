import { type Failure, failure } from '../domain/failure.js';
import { err, ok, type Result } from '../domain/result.js';
import { type McpService, withConfig } from './service.js';
import { newestTraces, traceOf } from './traces.js';

const PREFIX = 'llm-router://traces/';
/** Traces that are listed. */
const MOST_LISTED = 20;

/** The traces as a template: any of them can be read by its id. */
export const TRACE_TEMPLATE = {
  uriTemplate: `${PREFIX}{id}`,
  name: 'trace',
  title: 'Trace of a run',
  description: 'The record of one run: its plan, its attempts, its costs, and what happened when',
  mimeType: 'application/json',
};

/** The newest traces, as the protocol lists resources. */
export function listResources(service: McpService) {
  return withConfig(service, async ({ traceDir, redactor }) => {
    const traces = await newestTraces(traceDir, MOST_LISTED);
    if (!traces.ok) return traces;
    const entries = traces.value.map(({ id, agent, tool, status, started_at }) => ({
      uri: `${PREFIX}${id}`,
      name: id,
      title: `${agent ?? 'no agent'}: ${status}, ${started_at}`,
      description: `A run of ${agent ?? 'no agent'}${tool === null ? '' : ` on ${tool}`} that ${endOf(status)}`,
      mimeType: 'application/json',
    }));
    return ok(redactor.value(entries));
  });
}

function endOf(status: string): string {
  return status === 'running' ? 'goes on' : `ended: ${status}`;
}

/** The text of a trace; the failure is an address that leads to none. */
export async function readResource(service: McpService, uri: string): Promise<Result<string, Failure>> {
  if (!uri.startsWith(PREFIX)) return err(failure('usage', `there is no resource \`${uri.slice(0, 200)}\``));
  return withConfig(service, async ({ traceDir, redactor }) => {
    const trace = await traceOf(traceDir, uri.slice(PREFIX.length));
    return trace.ok ? ok(JSON.stringify(redactor.value(trace.value), null, 1)) : trace;
  });
}
