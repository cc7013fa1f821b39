import { lstat, stat } from 'node:fs/promises';
import { FileRefused, openUnblocked, openUnblockedNow, readAtMost } from '../files.js';

/** What bounds the reading of a file that the user named. */
export interface AnyFileRules {
  maxBytes: number;
  /** Ends the wait for a pipe. */
  signal: AbortSignal;
}

/** How often a named pipe without a writer is looked at again. */
const WRITER_CHECK_MS = 50;

/**
 * Reads a file that the user named: a pipe (`<(git diff)`) or a device too, of bounded size. It is opened without a wait, since a wait
 * for the writer of a pipe would keep the process from its end. Rejects with a {@link FileRefused}, the reason of the signal, or the
 * system's error.
 */
export async function readAnyFile(file: string, { maxBytes, signal }: AnyFileRules): Promise<Buffer> {
  for (;;) {
    if (!(await stat(file)).isFIFO()) return readUnpiped(file, maxBytes);
    const bytes = await readPipe(file, { maxBytes, signal });
    // A pipe by its name may have no writer yet; one of a shell (`/dev/fd/63`) had one from the start.
    if (bytes.length > 0 || !(await lstat(file)).isFIFO()) return bytes;
    await pause(signal);
  }
}

async function readUnpiped(file: string, maxBytes: number): Promise<Buffer> {
  const handle = await openUnblocked(file);
  try {
    const found = await handle.stat();
    return await readAtMost(handle, { maxBytes, expectedBytes: found.isFile() ? found.size : 0 });
  } finally {
    await handle.close();
  }
}

/** Collects a stream up to a number of bytes. Rejects with a {@link FileRefused} when there are more. */
export async function collected(
  stream: AsyncIterable<Uint8Array | string>,
  maxBytes: number,
): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const given of stream) {
    const chunk = Buffer.from(given);
    bytes += chunk.length;
    if (bytes > maxBytes) throw new FileRefused('size', `it is larger than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

async function readPipe(file: string, { maxBytes, signal }: AnyFileRules): Promise<Buffer> {
  // Not needed for a file, which most prompts are in.
  const [{ Socket }, { addAbortSignal }] = await Promise.all([import('node:net'), import('node:stream')]);
  // The stream closes the descriptor.
  const socket = new Socket({ fd: openUnblockedNow(file), readable: true, writable: false });
  return collected(addAbortSignal(signal, socket), maxBytes);
}

async function pause(signal: AbortSignal): Promise<void> {
  const { setTimeout } = await import('node:timers/promises');
  await setTimeout(WRITER_CHECK_MS, undefined, { signal });
}
