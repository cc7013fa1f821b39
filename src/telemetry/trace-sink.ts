import type { EventSink } from '../domain/events.js';
import type { Request } from '../domain/request.js';
import type { Redactor } from '../redact/redact.js';
import type { Versions } from '../trace/document.js';

/** What a trace sink needs to know of the run. */
export interface TraceSinkInput {
  dir: string;
  request: Request;
  versions: Versions;
  logPrompts: boolean;
  redactor: Redactor;
  /** Told once when the trace cannot be written. */
  warn: (message: string) => void;
}

/** Writes the trace when the invocation ends. A trace that cannot be written warns and never fails a run. */
export function traceSink(input: TraceSinkInput): EventSink {
  return async (event) => {
    if (event.type !== 'invocation.finished') return;
    try {
      const [{ traceDocument }, { fileTraceStore }] = await Promise.all([
        import('../trace/document.js'),
        import('../trace/store.js'),
      ]);
      const document = traceDocument({ invocation: event.invocation, ...input });
      await fileTraceStore(input.dir).write(input.redactor.value(document));
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      input.warn(`the trace could not be written: ${reason}`);
    }
  };
}
