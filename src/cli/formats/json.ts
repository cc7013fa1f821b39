import { cleanDocument } from '../../router/clean-document.js';
import { plannedDocument } from '../../router/planned-document.js';
import type { CommandContext } from '../context.js';
import { startProgress } from '../progress.js';
import type { OutputFormat } from './output-format.js';

/** One document at the end. */
export function jsonFormat(context: CommandContext): OutputFormat {
  const { output } = context;
  const progress = startProgress(context);
  return {
    planned: (invocation, view) => output.json(plannedDocument(invocation, view)),
    costs: progress.costs,
    event: async (event) => progress.update(event),
    finished: (invocation) => {
      progress.stop();
      return output.answer(`${JSON.stringify(cleanDocument(invocation, output.redactor()))}\n`);
    },
  };
}
