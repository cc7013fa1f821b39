import { invocationDocument } from '../../domain/document.js';
import { cleanDocument } from '../../router/clean-document.js';
import { plannedDocument } from '../../router/planned-document.js';
import type { CommandContext } from '../context.js';
import { type Field, fieldOf } from '../field.js';
import { startProgress } from '../progress.js';
import type { OutputFormat } from './output-format.js';

/** One field of the document and a final newline; nothing, and a message, where it has no value. */
export function fieldFormat(context: CommandContext, keys: readonly string[]): OutputFormat {
  const { output } = context;
  const progress = startProgress(context);
  const print = async (field: Field): Promise<void> => {
    if (field.found) await output.answer(field.text.endsWith('\n') ? field.text : `${field.text}\n`);
    else await output.say(`\`${keys.join('.')}\` has no value in this run (--field)`);
  };
  return {
    planned: (invocation, view) =>
      print(fieldOf(output.redactor().value(plannedDocument(invocation, view)), keys)),
    costs: progress.costs,
    event: async (event) => progress.update(event),
    finished: (invocation) => {
      progress.stop();
      return print(
        fieldOf({ ...invocationDocument(invocation), ...cleanDocument(invocation, output.redactor()) }, keys),
      );
    },
  };
}
