import { closeSync, openSync, writeSync } from 'node:fs';
import type { Repository } from '../git/repository.js';
import { systemTrouble, type Trouble, trouble, troubleOf } from '../git/trouble.js';

/** Writes the bytes of objects into new files, in bounded memory; `placeOf` gives the file of each. */
export async function blobs(
  { git }: Repository,
  oids: readonly string[],
  placeOf: (at: number) => Buffer,
): Promise<Trouble | null> {
  if (oids.length === 0) return null;
  const writer = new BatchWriter(placeOf);
  try {
    const answer = await git(['cat-file', '--batch'], {
      stdin: oids.map((oid) => `${oid}\n`).join(''),
      onOutput: (bytes) => writer.take(bytes),
    });
    if (answer.exitCode !== 0) return troubleOf(answer, 'the snapshot cannot be read');
    return writer.finished === oids.length ? null : trouble('failed', 'a file of the snapshot is missing');
  } catch (error) {
    return systemTrouble(error, 'a file cannot be written');
  } finally {
    writer.close();
  }
}

/** Reads `<oid> blob <size>\n<bytes>\n` again and again. */
class BatchWriter {
  finished = 0;
  #head = '';
  #file: number | null = null;
  /** Bytes of the object that are still to come, its line break included. */
  #left = 0;

  constructor(readonly placeOf: (at: number) => Buffer) {}

  take(bytes: Buffer): void {
    for (let rest = bytes; rest.length > 0; )
      rest = this.#file === null ? this.#takeHead(rest) : this.#takeBody(rest, this.#file);
  }

  close(): void {
    if (this.#file !== null) closeSync(this.#file);
    this.#file = null;
  }

  #takeHead(bytes: Buffer): Buffer {
    const end = bytes.indexOf(0x0a);
    this.#head += bytes.subarray(0, end < 0 ? bytes.length : end).toString('latin1');
    if (end < 0) return Buffer.alloc(0);
    const size = /^[\da-f]+ blob (\d+)$/.exec(this.#head)?.[1];
    this.#head = '';
    // A missing object has a line and no bytes; the count of finished ones then shows it.
    if (size === undefined) return bytes.subarray(end + 1);
    this.#left = Number(size) + 1;
    this.#file = openSync(this.placeOf(this.finished), 'wx', 0o600);
    return bytes.subarray(end + 1);
  }

  #takeBody(bytes: Buffer, file: number): Buffer {
    const part = bytes.subarray(0, this.#left);
    this.#left -= part.length;
    const content = this.#left === 0 ? part.subarray(0, part.length - 1) : part;
    for (let at = 0; at < content.length; ) at += writeSync(file, content, at);
    if (this.#left === 0) {
      this.close();
      this.finished++;
    }
    return bytes.subarray(part.length);
  }
}
