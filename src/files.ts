import {
  chmodSync,
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeFileSync,
} from 'node:fs';
import { type FileHandle, open, realpath, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { distinctName } from './crypto/crypto.js';
import {
  belongsToUser,
  folderTrouble,
  folderTroubleNow,
  ownerTrouble,
  troubleOfFolder,
} from './files/owner.js';

/** Visibility of a written file: private to the user, or the system's default. */
export interface Privacy {
  private: boolean;
}

/** How a file is written. */
export interface WriteOptions extends Partial<Privacy> {
  /** Permission bits; `null` or absent: the system's default. */
  mode?: number | null;
  /** A private file is not written into a folder that is a link [false]. */
  refusesLinkedFolder?: boolean;
  /** The folder of a private file was checked just now. */
  isFolderChecked?: boolean;
}

/** What a file must be to be read. */
export interface ReadRules {
  maxBytes: number;
  /** Folders, one of which must hold it once all links are followed; `null` or left out: it may be anywhere. */
  within?: readonly string[] | null;
  /** False: a file that is a link is refused [true]. */
  followsLinks?: boolean;
  /** It and its folder must belong to this user or to root, and no other user may be able to change them. */
  isOwn?: boolean;
  /** With `isOwn`: it is enough that the file belongs to one of them. */
  mayBeOpen?: boolean;
  /** With `isOwn`: the user who called `sudo`, whose files root believes too. */
  sudoUid?: string | undefined;
}

/** Why a file that is there is not read. */
export class FileRefused extends Error {
  override readonly name = 'FileRefused';
  constructor(
    readonly reason: 'kind' | 'size' | 'place' | 'owner',
    message: string,
  ) {
    super(message);
  }
}

/**
 * Reads a regular file of bounded size. Pipes, devices and endless files are refused without a wait. Rejects with a
 * {@link FileRefused}, or with the system's error.
 */
export async function readRegularFile(file: string, rules: ReadRules): Promise<Buffer> {
  const { maxBytes, within = null } = rules;
  const target = within === null ? file : await realPathWithin(file, within);
  const followsLinks = within === null && rules.followsLinks !== false;
  const noLink = followsLinks ? 0 : (O_NOFOLLOW ?? 0);
  const handle = await openUnblocked(target, noLink);
  try {
    const found = await handle.stat();
    if (!found.isFile()) throw new FileRefused('kind', 'it is not a regular file');
    if (rules.isOwn === true && !(rules.mayBeOpen === true && belongsToUser(found, rules.sudoUid)))
      await requireOwn(file, ownerTrouble(found, rules.sudoUid), rules.sudoUid);
    return await readAtMost(handle, { maxBytes, expectedBytes: found.size });
  } finally {
    await handle.close();
  }
}

/**
 * The same at once, for small files that a start waits for: a call of the system takes a tenth of the time of one that waits for it on
 * another thread.
 */
export function readRegularFileNow(file: string, rules: ReadRules): Buffer {
  const { maxBytes, within = null, sudoUid } = rules;
  const target = within === null ? file : linkWithin(realpathSync.native(file), within);
  const followsLinks = within === null && rules.followsLinks !== false;
  const descriptor = openSync(target, UNBLOCKED | (followsLinks ? 0 : (O_NOFOLLOW ?? 0)));
  try {
    const found = fstatSync(descriptor);
    if (!found.isFile()) throw new FileRefused('kind', 'it is not a regular file');
    if (rules.isOwn === true && !(rules.mayBeOpen === true && belongsToUser(found, sudoUid))) {
      const trouble = ownerTrouble(found, sudoUid) ?? folderTroubleNow(path.dirname(file), sudoUid);
      if (trouble !== null) throw new FileRefused('owner', trouble);
    }
    if (found.size > maxBytes) throw new FileRefused('size', `it is larger than ${maxBytes} bytes`);
    const bytes = readFileSync(descriptor);
    if (bytes.length > maxBytes) throw new FileRefused('size', `it is larger than ${maxBytes} bytes`);
    return bytes;
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Reads a small file of state at once, where only this user or root can have written it; with `mayBeOpen` it is enough that it belongs to one
 * of them. Throws a {@link FileRefused}, or the system's error.
 */
export function readOwnFileNow(file: string, { mayBeOpen = false } = {}): string {
  // As one buffer: with an encoding Node 20 reads it in pieces of 8 KiB.
  return readOwnBytesNow(file, { mayBeOpen }).toString('utf8');
}

/** The same, as bytes. */
export function readOwnBytesNow(file: string, { mayBeOpen = false } = {}): Buffer {
  const descriptor = openSync(file, O_RDONLY | (O_NONBLOCK ?? 0) | (O_NOFOLLOW ?? 0));
  try {
    const found = fstatSync(descriptor);
    if (!found.isFile()) throw new FileRefused('kind', 'it is not a regular file');
    const trouble = ownerTrouble(found) ?? folderTroubleNow(path.dirname(file));
    if (trouble !== null && !(mayBeOpen && belongsToUser(found))) throw new FileRefused('owner', trouble);
    return readFileSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Rejects with a {@link FileRefused} where another user can have put files into a folder. */
export async function requireOwnFolder(folder: string): Promise<void> {
  const trouble = folderTroubleNow(folder);
  if (trouble !== null) throw new FileRefused('owner', trouble);
}

/**
 * Writes a file by rename, so that it is never read half-written, and creates its folder. A private one is not written where other
 * users can replace it. Rejects with the system's error or a {@link FileRefused}, and then leaves nothing behind.
 */
export async function writeByRename(file: string, text: string, options: WriteOptions = {}): Promise<void> {
  const isPrivate = options.private ?? false;
  const mode = isPrivate ? 0o600 : (options.mode ?? null);
  if (isPrivate) {
    if (options.isFolderChecked !== true)
      await makePrivateFolder(path.dirname(file), options.refusesLinkedFolder ?? false);
  } else await makeFolder(path.dirname(file), { private: false });
  const draft = draftOf(file);
  const how = { flag: 'wx', ...(mode === null ? {} : { mode }) };
  try {
    if (text.length > MOST_AT_ONCE) await writeFile(draft, text, how);
    else writeFileSync(draft, text, how);
    // No mask of the user can widen the mode of a private file.
    if (mode !== null && !isPrivate) chmodSync(draft, mode);
    renameSync(draft, file);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}

/** Writes a private file by a rename, into a folder that is known to be there; rejects with the error of the system. */
export function writeIntoFolder(file: string, text: string): Promise<void> {
  return writeByRename(file, text, { private: true, isFolderChecked: true });
}

/**
 * A longer text is written while other work goes on. For a shorter one the threads that Node starts for that would take longer than the
 * write, and to `process/tree.ts` they look like processes that a tool has started.
 */
const MOST_AT_ONCE = 256 * 1024;

/** Mostly it is there, and one look is enough. */
async function makePrivateFolder(folder: string, refusesLink: boolean): Promise<void> {
  const look = (): Stats | null => (refusesLink ? lookAt(folder, lstatSync) : lookAt(folder, statSync));
  let found = look();
  if (found === null) {
    await makeFolder(folder, { private: true });
    found = look();
  }
  if (found?.isSymbolicLink() === true) throw new FileRefused('place', `${folder} is a link`);
  const trouble = found === null ? null : troubleOfFolder(found);
  if (trouble !== null) throw new FileRefused('owner', trouble);
}

function lookAt(folder: string, look: typeof lstatSync | typeof statSync): Stats | null {
  try {
    return look(folder, { throwIfNoEntry: false }) ?? null;
  } catch {
    return null;
  }
}

/**
 * A new name beside a file. It must be created by a call that fails where there is something of that name (`wx`): in a folder that others
 * may write to, that may be a link of theirs.
 */
export function draftOf(file: string): string {
  return `${file}.${distinctName()}.part`;
}

/**
 * Creates a folder and its parents. Not by `recursive: true`, which never returns on Node 20 when an existing parent
 * fails with ENOENT, as /proc does.
 */
export async function makeFolder(folder: string, options: Privacy): Promise<void> {
  if (made(folder, options)) return;
  const parent = path.dirname(folder);
  if (parent !== folder) await makeFolder(parent, options);
  if (made(folder, options)) return;
  throw Object.assign(new Error(`the folder ${folder} cannot be made`), { code: 'ENOENT', syscall: 'mkdir' });
}

/** The system's reason for a failed file operation. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

const { O_NOCTTY, O_NOFOLLOW, O_NONBLOCK, O_RDONLY } = constants;
const UNBLOCKED = O_RDONLY | (O_NONBLOCK ?? 0) | (O_NOCTTY ?? 0);

async function requireOwn(file: string, trouble: string | null, sudoUid: string | undefined): Promise<void> {
  const found = trouble ?? (await folderTrouble(path.dirname(file), sudoUid));
  if (found !== null) throw new FileRefused('owner', found);
}

/** The file with all links followed, if one of the folders holds it. */
async function realPathWithin(file: string, folders: readonly string[]): Promise<string> {
  const target = await realpath(file);
  for (const folder of folders) {
    const real = await realpath(folder).catch(() => null);
    if (isInside(target, real)) return target;
  }
  throw new FileRefused('place', `it leads out of the project, to ${target}`);
}

function linkWithin(target: string, folders: readonly string[]): string {
  if (folders.some((folder) => isInside(target, realPathNow(folder)))) return target;
  throw new FileRefused('place', `it leads out of the project, to ${target}`);
}

function realPathNow(folder: string): string | null {
  try {
    return realpathSync.native(folder);
  } catch {
    return null;
  }
}

function isInside(target: string, real: string | null): boolean {
  return real !== null && target.startsWith(real.endsWith(path.sep) ? real : real + path.sep);
}

/** Opens a file to read it; a pipe without a writer and a terminal are opened without a wait. */
export function openUnblocked(file: string, more = 0): Promise<FileHandle> {
  return open(file, UNBLOCKED | more);
}

/** The same at once, as a descriptor that the caller closes. */
export function openUnblockedNow(file: string): number {
  return openSync(file, UNBLOCKED);
}

/** Files of `/proc` and those that grow are larger than they say. */
export async function readAtMost(
  handle: FileHandle,
  { maxBytes, expectedBytes }: { maxBytes: number; expectedBytes: number },
): Promise<Buffer> {
  const tooLarge = new FileRefused('size', `it is larger than ${maxBytes} bytes`);
  if (expectedBytes > maxBytes) throw tooLarge;
  const chunks: Buffer[] = [];
  let bytes = 0;
  for (;;) {
    const buffer = Buffer.allocUnsafe(bytes < expectedBytes ? expectedBytes - bytes + 1 : 65_536);
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, null);
    if (bytesRead === 0) return Buffer.concat(chunks);
    bytes += bytesRead;
    if (bytes > maxBytes) throw tooLarge;
    chunks.push(buffer.subarray(0, bytesRead));
  }
}

/** Whether the folder exists now; false when its parent is missing. */
function made(folder: string, options: Privacy): boolean {
  try {
    mkdirSync(folder, { mode: options.private ? 0o700 : 0o755 });
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return true;
    if (code === 'ENOENT') return false;
    throw error;
  }
}
