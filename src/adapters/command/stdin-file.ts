import {
  closeSync,
  constants,
  fstatSync,
  futimesSync,
  openSync,
  readSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { nodeCrypto } from '../../crypto/crypto.js';

/** The stdin of a tool: an unlinked file with the prompt. */
export interface StdinFile {
  descriptor: number;
  /** Whether the tool has read any of it; `true` if unknown. */
  wasRead(): boolean;
  close(): void;
}

/** Capacity of a pipe, bytes: a shorter prompt fits in unread, so reading cannot be detected. */
const PIPE_BYTES = 64 * 1024;

/**
 * Creates a file that only the user can read and that has no name when the text is written. Node's own pipes are sockets, which
 * some tools treat as no input and which cannot be opened as `/dev/stdin`. `null`: no file can be written in this folder.
 */
export function openStdinFile(text: string, folder: string): StdinFile | null {
  // An open file cannot be removed on Windows, where Node's pipes are real ones.
  if (process.platform === 'win32') return null;
  try {
    return filled(openUnnamed(folder) ?? openUnlinked(folder), Buffer.from(text));
  } catch {
    return null;
  }
}

/** Linux's O_TMPFILE, which Node does not name: a file without a name, of which a killed router leaves nothing. open(2). */
const UNNAMED = constants.O_DIRECTORY | 0o20000000 | constants.O_RDWR;

/** `null`: this system or file system does not support it. */
function openUnnamed(folder: string): number | null {
  if (process.platform !== 'linux') return null;
  try {
    return openSync(folder, UNNAMED, 0o600);
  } catch {
    return null;
  }
}

function openUnlinked(folder: string): number {
  const path = join(folder, `llm-router-${nodeCrypto().randomBytes(9).toString('base64url')}`);
  const descriptor = openSync(path, 'wx+', 0o600);
  unlinkSync(path);
  return descriptor;
}

function filled(descriptor: number, bytes: Uint8Array): StdinFile {
  try {
    writeWithoutMoving(descriptor, bytes);
    const showsReading = bytes.length > PIPE_BYTES && keepsAccessTime(descriptor);
    return {
      descriptor,
      wasRead: () => !showsReading || fstatSync(descriptor).atimeMs > 0,
      close: () => closeSync(descriptor),
    };
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
}

/** The tool shares the offset and begins to read at it. */
function writeWithoutMoving(descriptor: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(descriptor, bytes, at, bytes.length - at, at);
}

/**
 * Resets the access time, and returns whether reading changes it, which it does not with `noatime`. The offset is no alternative:
 * programs built with Bun use pread(), and others reopen `/dev/stdin`; neither moves it.
 */
function keepsAccessTime(descriptor: number): boolean {
  resetAccessTime(descriptor);
  readSync(descriptor, Buffer.alloc(1), 0, 1, 0);
  const isKept = fstatSync(descriptor).atimeMs > 0;
  resetAccessTime(descriptor);
  return isKept;
}

function resetAccessTime(descriptor: number): void {
  futimesSync(descriptor, 0, fstatSync(descriptor).mtime);
}
