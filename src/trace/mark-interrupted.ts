import { writeByRename } from '../files.js';
import { readTraceText } from './files.js';

/** Changes the status of a dead run's trace from `running` to `interrupted`. A missing or finished one is not changed. */
export async function markInterrupted(file: string): Promise<void> {
  const trace = await readTrace(file);
  if (trace?.status !== 'running') return;
  const text = `${JSON.stringify({ ...trace, status: 'interrupted' }, null, 1)}\n`;
  await writeByRename(file, text, { private: true });
}

async function readTrace(file: string): Promise<{ status?: unknown } | null> {
  try {
    const value: unknown = JSON.parse(await readTraceText(file));
    return typeof value === 'object' ? value : null;
  } catch {
    return null;
  }
}
