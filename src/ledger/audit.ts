import { chmod, open, readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { type AuditDocument, type AuditEntry, auditDocument } from '../domain/audit.js';
import { DAY_MS } from '../domain/calendar.js';
import { codeOf } from '../domain/system-error.js';
import { ownerTrouble } from '../files/owner.js';
import { FileRefused, makeFolder, readRegularFile, requireOwnFolder } from '../files.js';

/** The record of what was refused, overridden and trusted. */
export interface AuditLog {
  /** Adds lines, each with one write; rejects with the system's error, or with a {@link FileRefused} where other users can write. */
  append(entries: readonly AuditEntry[]): Promise<void>;
  /** Newest first, at most `last`; lines that cannot be read are counted and skipped. */
  read(query: { last: number; sinceMs: number | null }): Promise<{ lines: AuditDocument[]; damaged: number }>;
}

/** How the log is kept. */
export interface AuditOptions {
  /** The current file; full ones are beside it as `<name>-<time>.jsonl`. */
  file: string;
  retentionDays: number;
  /** ms since the epoch. */
  now: () => number;
  /** A file larger than this is rotated, bytes. */
  maxBytes?: number;
}

const DEFAULT_MAX_BYTES = 8 * 1024 * 1024;
/** A file is rotated long before. */
const MAX_BYTES_READ = 256 * 1024 * 1024;

/** The log as JSON lines in a private file. Concurrent writers lose nothing: every line is one append. */
export function fileAudit(options: AuditOptions): AuditLog {
  return {
    append: (entries) => append(options, entries),
    read: (query) => readAuditLines(options.file, query),
  };
}

async function append(options: AuditOptions, entries: readonly AuditEntry[]): Promise<void> {
  if (entries.length === 0) return;
  const { file, now } = options;
  await makeFolder(path.dirname(file), { private: true });
  await requireOwnFolder(path.dirname(file));
  await rotate(options);
  const handle = await open(file, 'a', 0o600);
  try {
    const trouble = ownerTrouble(await handle.stat());
    if (trouble !== null) throw new FileRefused('owner', trouble);
    const ts = new Date(now()).toISOString();
    for (const entry of entries) await handle.write(`${JSON.stringify(auditDocument(entry, ts))}\n`);
  } finally {
    await handle.close();
  }
}

/** Renames a full file, and only then removes files past the retention, so that an append stays cheap. */
async function rotate(options: AuditOptions): Promise<void> {
  const { file, now, maxBytes = DEFAULT_MAX_BYTES } = options;
  const size = await stat(file).then(
    (found) => found.size,
    () => 0,
  );
  if (size < maxBytes) return;
  const full = `${withoutEnding(file)}-${new Date(now()).toISOString().replaceAll(':', '')}.jsonl`;
  // Another process may have rotated it first.
  await rename(file, full).catch(() => {});
  await chmod(full, 0o600).catch(() => {});
  await dropOld(options);
}

async function dropOld({ file, retentionDays, now }: AuditOptions): Promise<void> {
  for (const old of await fullFiles(file)) {
    const { mtimeMs } = await stat(old).catch(() => ({ mtimeMs: Number.POSITIVE_INFINITY }));
    if (mtimeMs < now() - retentionDays * DAY_MS) await rm(old, { force: true });
  }
}

/** Which lines are wanted. */
export interface AuditQuery {
  last: number;
  sinceMs: number | null;
  matches?: (line: AuditDocument) => boolean;
}

/** Lines of a log, newest first, at most `last`; a missing log has none. Rejects with the system's error or a {@link FileRefused}. */
export async function readAuditLines(
  file: string,
  { last, sinceMs, matches = () => true }: AuditQuery,
): Promise<{ lines: AuditDocument[]; damaged: number }> {
  const lines: AuditDocument[] = [];
  let damaged = 0;
  for (const one of [file, ...(await fullFiles(file))]) {
    const text = await readLog(one);
    for (const line of text.split('\n').reverse()) {
      if (line === '') continue;
      const document = parse(line);
      if (document === null) damaged++;
      else if (sinceMs !== null && Date.parse(document.ts) < sinceMs) return { lines, damaged };
      else if (matches(document)) lines.push(document);
      if (lines.length >= last) return { lines, damaged };
    }
  }
  return { lines, damaged };
}

async function readLog(file: string): Promise<string> {
  try {
    return (await readRegularFile(file, { maxBytes: MAX_BYTES_READ, isOwn: true })).toString('utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return '';
    throw error;
  }
}

/** Rotated files, newest first: their names sort by time. */
async function fullFiles(file: string): Promise<string[]> {
  const folder = path.dirname(file);
  const start = `${path.basename(withoutEnding(file))}-`;
  const names = await readdir(folder).catch(() => []);
  return names
    .filter((name) => name.startsWith(start) && name.endsWith('.jsonl'))
    .sort()
    .reverse()
    .map((name) => path.join(folder, name));
}

function withoutEnding(file: string): string {
  return file.replace(/\.jsonl$/, '');
}

function parse(line: string): AuditDocument | null {
  try {
    const value: unknown = JSON.parse(line);
    const isLine = typeof value === 'object' && value !== null && 'ts' in value && 'audit_event' in value;
    return isLine && typeof value.ts === 'string' ? (value as AuditDocument) : null;
  } catch {
    return null;
  }
}
