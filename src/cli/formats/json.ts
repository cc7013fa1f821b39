import { invocationDocument } from '../../domain/document.js';
import type { Invocation } from '../../domain/invocation.js';
import type { Redactor } from '../../redact/redact.js';
import type { CommandContext } from '../context.js';
import { plannedDocument } from '../plan-document.js';
import { startProgress } from '../progress.js';
import type { OutputFormat } from './output-format.js';

/** One document at the end. */
export function jsonFormat(context: CommandContext): OutputFormat {
  const { output } = context;
  const progress = startProgress(context);
  return {
    planned: (invocation, view) => output.json(plannedDocument(invocation, view)),
    event: async (event) => progress.update(event),
    finished: (invocation) => {
      progress.stop();
      return output.answer(`${JSON.stringify(cleanDocument(invocation, output.redactor()))}\n`);
    },
  };
}

/** The document with secrets masked everywhere but in the tool's own answer, which is never altered. */
export function cleanDocument(invocation: Invocation, redactor: Redactor) {
  const document = invocationDocument(invocation);
  const { text, data, ...rest } = document;
  return { ...document, ...redactor.value(rest), text, data };
}
