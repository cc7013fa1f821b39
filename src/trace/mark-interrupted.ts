import { readFile } from 'node:fs/promises';
import { writeByRename } from '../files.js';

/** Rewrites a trace whose run has died: `running` becomes `interrupted`. One that is not there or has an end stays as it is. */
export async function markInterrupted(file: string): Promise<void> {
  const trace = await readTrace(file);
  if (trace?.status !== 'running') return;
  const text = `${JSON.stringify({ ...trace, status: 'interrupted' }, null, 1)}\n`;
  await writeByRename(file, text, { private: true });
}

async function readTrace(file: string): Promise<{ status?: unknown } | null> {
  try {
    const value: unknown = JSON.parse(await readFile(file, 'utf8'));
    return typeof value === 'object' ? value : null;
  } catch {
    return null;
  }
}
