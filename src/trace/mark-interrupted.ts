import { parseJson } from '../domain/json.js';
import { writeByRename } from '../files.js';
import { readTraceText } from './files.js';
import { removeJournal, withJournal } from './journal-reader.js';

/**
 * Changes the status of a dead run's trace from `running` to `interrupted`, with the calls of its journal. A missing or finished one is not
 * changed.
 */
export async function markInterrupted(file: string): Promise<void> {
  const { asTrace } = await import('./as-trace.js');
  const trace = asTrace(parseJson(await readTraceText(file)));
  if (trace === null) return;
  if (trace.status === 'running') {
    const whole = await withJournal(trace, { file, isDead: true });
    const text = `${JSON.stringify({ ...whole, status: 'interrupted' }, null, 1)}\n`;
    await writeByRename(file, text, { private: true });
  }
  await removeJournal(file);
}
