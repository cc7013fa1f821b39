import { unreachable } from '../../domain/result.js';
import type { CommandContext } from '../context.js';
import { fieldFormat } from './field.js';
import { jsonFormat } from './json.js';
import { ndjsonFormat } from './ndjson.js';
import type { OutputFormat } from './output-format.js';
import { textFormat } from './text.js';

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
