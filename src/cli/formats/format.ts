import type { RunEvent } from '../../domain/events.js';
import type { Invocation } from '../../domain/invocation.js';
import type { CommandContext } from '../context.js';
import type { StdoutFormat } from '../output.js';
import type { PlanView } from '../plan-screen.js';
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

/** How the text format is to behave. */
export interface FormatOptions {
  /** Text is shown as it comes. */
  live: boolean;
}

const FORMATS: Readonly<
  Record<StdoutFormat, (context: CommandContext, options: FormatOptions) => OutputFormat>
> = { text: textFormat, json: jsonFormat, ndjson: ndjsonFormat };

/** The format that the command line asks for. */
export function outputFormat(context: CommandContext, options: FormatOptions): OutputFormat {
  return FORMATS[context.output.format](context, options);
}
