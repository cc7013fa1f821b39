import { eventDocument, finishedDocument } from '../../domain/event-document.js';
import { cleanDocument } from '../../router/clean-document.js';
import { plannedDocument } from '../../router/planned-document.js';
import type { CommandContext } from '../context.js';
import type { OutputFormat } from './output-format.js';

/** One event a line, written as it happens; the last one carries the document. */
export function ndjsonFormat({ output, world }: CommandContext): OutputFormat {
  let id = '';
  const stamp = () => ({ id, ts: new Date(world.clock.now()).toISOString() });
  const line = (value: object): Promise<void> => output.answer(`${JSON.stringify(value)}\n`);
  return {
    planned: (invocation, view) => {
      id = invocation.id;
      return line(output.redactor().value(finishedDocument(plannedDocument(invocation, view), stamp())));
    },
    event: async (event) => {
      if (event.type === 'invocation.started') id = event.id;
      if (event.type === 'invocation.finished') return;
      const document = eventDocument(event, stamp());
      await line(event.type === 'output.delta' ? document : output.redactor().value(document));
    },
    finished: (invocation) => {
      id = invocation.id;
      return line(finishedDocument(cleanDocument(invocation, output.redactor()), stamp()));
    },
  };
}
