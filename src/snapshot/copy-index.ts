import { closeSync, constants, openSync, readSync } from 'node:fs';
import { copyFile, open, stat, utimes } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { err, ok, type Result } from '../domain/result.js';
import { codeOf } from '../domain/system-error.js';
import { systemTrouble, type Trouble } from '../git/trouble.js';

/** Copies an index for changes of our own; one that is not there yet is empty. */
export async function copyIndex(from: string, to: string): Promise<Result<string, Trouble>> {
  try {
    for (;;) {
      const before = await stat(from);
      await copyFile(from, to, constants.COPYFILE_FICLONE);
      const after = await stat(from);
      if (before.ino !== after.ino || before.mtimeMs !== after.mtimeMs) continue;
      // Git compares the bytes of files that changed after the index, so that its copy must not look newer.
      const seconds = Math.floor(before.mtimeMs / 1000);
      await utimes(to, seconds, seconds);
      return ok(to);
    }
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return ok(to);
    return err(systemTrouble(error, 'the index of Git cannot be copied'));
  }
}

/** The checksum at the end of an index, by its whole content; `null`: it has none, or there is no index. */
export async function checksumOf(indexFile: string): Promise<string | null> {
  try {
    const file = await open(indexFile);
    try {
      const { size } = await file.stat();
      const end = Buffer.alloc(Math.min(size, CHECKSUM_BYTES));
      await file.read(end, 0, end.length, size - end.length);
      return end.every((byte) => byte === 0) ? null : `${size} ${end.toString('hex')}`;
    } finally {
      await file.close();
    }
  } catch {
    return null;
  }
}

/** Of SHA-1; of the longer SHA-256 a part. */
const CHECKSUM_BYTES = 20;

/** A checksum of a file that is read in pieces, since a process with much memory takes longer to start another one. */
export function sumOfFile(file: string): number {
  const piece = Buffer.allocUnsafe(PIECE_BYTES);
  const descriptor = openSync(file, 'r');
  try {
    let sum = 0;
    for (;;) {
      const bytes = readSync(descriptor, piece);
      if (bytes === 0) return sum;
      sum = crc32(piece.subarray(0, bytes), sum);
    }
  } finally {
    closeSync(descriptor);
  }
}

const PIECE_BYTES = 64 * 1024;
