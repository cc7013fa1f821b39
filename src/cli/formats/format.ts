import type { RunEvent } from '../../domain/events.js';
import type { Invocation } from '../../domain/invocation.js';
import { unreachable } from '../../domain/result.js';
import type { CommandContext } from '../context.js';
import type { PlanView } from '../plan-screen.js';
import { fieldFormat } from './field.js';
import { jsonFormat } from './json.js';
import { ndjsonFormat } from './ndjson.js';
import { textFormat } from './text.js';

/** What a run leaves on stdout. */
export interface OutputFormat {
  /** A dry run: the plan, and what would run for each candidate. */
  planned(invocation: Invocation, view: PlanView): Promise<void>;
  /** Something happened. */
  event(event: RunEvent): Promise<void>;
  /** The run has ended, well or not; `isInFile`: its answer was written to the file of `-o`. */
  finished(invocation: Invocation, isInFile: boolean): Promise<void>;
}

/** What changes a format. */
export interface FormatOptions {
  /** Text is shown as it comes. */
  live: boolean;
  /** The keys of `--field`; `null` without it. */
  field: readonly string[] | null;
}

/** The format that the command line asks for. */
export function outputFormat(context: CommandContext, { live, field }: FormatOptions): OutputFormat {
  if (field !== null) return fieldFormat(context, field);
  const { format } = context.output;
  switch (format) {
    case 'text':
      return textFormat(context, live);
    case 'json':
      return jsonFormat(context);
    case 'ndjson':
      return ndjsonFormat(context);
    default:
      return unreachable(format);
  }
}
