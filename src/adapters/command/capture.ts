import type { CommandTool, EventFilter, Selector } from '../../config/types.js';
import type { Outcome } from '../../domain/attempt.js';
import { COUNTERS, TOKEN_COUNTERS } from '../../domain/usage.js';
import type { Task } from '../adapter.js';
import { concluded, readerFor } from '../command.js';

/** Output of a tool that was saved earlier, and its exit code. */
export interface Capture {
  stdout: Uint8Array;
  stderr: Uint8Array;
  /** What it wrote to `{output_file}` and `{usage_file}`; `null`: not saved. */
  outputFile: Uint8Array | null;
  usageFile: Uint8Array | null;
  exitCode: number;
}

/** How a capture is read. */
export interface ReadingOptions {
  /** Wall clock, ms since the epoch. */
  nowMs: number;
  /** Masks secrets. */
  redact: (text: string) => string;
}

/** One selector or filter of a definition, and what it finds. */
export interface SelectorResult {
  /** Its key in the definition: `text`, `usage.input_tokens`, `end`. */
  field: string;
  selector: Selector | EventFilter;
  /** `undefined`: nothing; of a filter whether an event matches. */
  found: unknown;
}

/** A capture as the adapter would read it. */
export interface CaptureReading {
  outcome: Outcome;
  results: SelectorResult[];
}

/** Reads a capture by the definition of the task's tool; runs nothing. */
export async function readCapture(
  task: Task<CommandTool>,
  { stdout, stderr, outputFile, usageFile, exitCode }: Capture,
  { nowMs, redact }: ReadingOptions,
): Promise<CaptureReading> {
  const reader = readerFor(task);
  reader.push('stdout', stdout);
  reader.push('stderr', stderr);
  const reading = reader.finish({ outputFile, usageFile, session: null });
  const end = {
    ...{ ended: 'exit' as const, exitCode, signal: null, firstOutputMs: null },
    ...{ tookStdin: true, spawnError: null, survivors: [] },
  };
  const outcome = await concluded(
    { task, program: task.tool.binary.value, end, reading, cancelled: null, redact },
    nowMs,
  );
  const { output } = task.tool;
  const filters = Object.entries({ success: output.success, end: output.end });
  return {
    outcome,
    results: [
      ...selectorsOf(output).map(({ field, selector }) => ({
        field,
        selector,
        found: reading.found([selector])[0],
      })),
      ...filters.flatMap(([field, filter]) =>
        filter === null ? [] : [{ field, selector: filter, found: reading.saw(filter) }],
      ),
    ],
  };
}

function selectorsOf(output: CommandTool['output']): { field: string; selector: Selector }[] {
  const { error, usage } = output;
  const fields: [field: string, selectors: readonly Selector[]][] = [
    ['text', output.text],
    ...COUNTERS.map((counter): [string, readonly Selector[]] => [
      `usage.${TOKEN_COUNTERS[counter].name}`,
      usage[counter],
    ]),
    ['cost_usd', output.costUsd],
    ['finish_reason', output.finishReason],
    ['response_model', output.responseModel],
    ['tool_session_id', output.toolSessionId],
    ['data', output.data],
    ['error.message', error.message],
    ['error.status', error.status],
    ['error.code', error.code],
  ];
  return fields.flatMap(([field, selectors]) => selectors.map((selector) => ({ field, selector })));
}
