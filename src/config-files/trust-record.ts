import { lstatSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { canonicalJson, child, isTree, type Path } from '../config/tree.js';
import { sha256 } from '../crypto/crypto.js';
import { codeOf } from '../domain/system-error.js';
import { readRegularFileNow, writeByRename } from '../files.js';
import { type PathContext, stateDir } from '../paths.js';
import { CONFIG_FOLDER } from './find.js';

const MAX_BYTES = 16 * 1024 * 1024;

/** The part of a project's config that trust covers, whatever is at its paths now. */
export interface TrustPart {
  /** Folder of the project, as it was found. */
  folder: string;
  values: readonly CoveredValue[];
  /** As it was when the config was kept: the hash holds as long as all paths lead where they led. */
  known?: FollowedPart;
}

/** A value that is not harmless. */
export interface CoveredValue {
  path: Path;
  value: unknown;
  /** The absolute path that it stands for; `null`: it is no path. */
  target: string | null;
}

/** The same with all links followed. */
export interface FollowedPart {
  /** Real path of the project's folder. */
  folder: string;
  /** SHA-256 of the values and of where their paths lead. */
  hash: string;
  /** Where each of the values leads; `null` for those that are no paths. */
  realPaths: readonly (string | null)[];
}

/** What is recorded of a project that was trusted. */
export interface TrustRecord {
  hash: unknown;
  allows: unknown;
}

/** Why a config is trusted. */
export type TrustReason = 'nothing found' | 'named' | 'variable' | 'recorded';

/** Whether a config is trusted now, and what that was decided by. */
export interface TrustCheck {
  /** `null`: it is not. */
  why: TrustReason | null;
  /** `null`: nothing needs trust. */
  part: FollowedPart | null;
  /** What is recorded; `null`: nothing, or it was not asked for. */
  record: TrustRecord | null;
}

/**
 * Whether a config is trusted: one given by path is, and so is everything with `LLM_ROUTER_TRUST=1`; a discovered one (`part`) is if
 * its hash is recorded.
 */
export function checkTrust(
  { isNamed, part }: { isNamed: boolean; part: TrustPart | null },
  context: PathContext,
): TrustCheck {
  if (isNamed) return { why: 'named', part: null, record: null };
  if (part === null) return { why: 'nothing found', part: null, record: null };
  const now = followed(part);
  if (context.env.LLM_ROUTER_TRUST === '1') return { why: 'variable', part: now, record: null };
  const record = trustRecordOf(context, now.folder);
  return { why: record?.hash === now.hash ? 'recorded' : null, part: now, record };
}

/** Follows the links of a part as they lead now. */
export function followed({ folder, values, known }: TrustPart): FollowedPart {
  const realPaths = values.map(({ target }) => (target === null ? null : realPathOf(target)));
  const isKnown = known !== undefined && realPaths.every((one, index) => one === known.realPaths[index]);
  const hash = isKnown ? known.hash : hashOf(values, realPaths);
  return { folder: realPathOf(folder), hash, realPaths };
}

/** The same for the same values and the same files behind their paths, in whatever order they were written. */
function hashOf(values: readonly CoveredValue[], realPaths: readonly (string | null)[]): string {
  const entries = values.map(
    ({ path, value }, index) => [JSON.stringify(path), { value, realPath: realPaths[index] }] as const,
  );
  return sha256(canonicalJson(Object.fromEntries(entries)));
}

/** Links followed, as far as the path exists: a file that is made later does not change it. */
function realPathOf(file: string): string {
  try {
    return realpathSync.native(file);
  } catch {
    const folder = path.dirname(file);
    return folder === file ? file : path.join(realPathOf(folder), path.basename(file));
  }
}

/** What is recorded of a project, by its real path; `null`: it was never trusted. */
function trustRecordOf(context: PathContext, folder: string): TrustRecord | null {
  const record = child(readRecords(context), folder);
  return isTree(record) ? { hash: child(record, 'hash'), allows: child(record, 'allows') } : null;
}

/**
 * The project's folder, if files may be written there: `null` until it is trusted, and where `.llm-router` in it is a link. A
 * config that was named says nothing of the project around the working directory.
 */
export function writableFolder(
  { projectDir, discovered }: { projectDir: string | null; discovered: boolean },
  { trusted }: { trusted: boolean },
  context: PathContext,
): string | null {
  if (projectDir === null) return null;
  const isTrusted = discovered
    ? trusted
    : context.env.LLM_ROUTER_TRUST === '1' ||
      typeof trustRecordOf(context, realPathOf(projectDir))?.hash === 'string';
  const folders = [CONFIG_FOLDER, `${CONFIG_FOLDER}/traces`].map((one) => path.join(projectDir, one));
  return isTrusted && !folders.some(isLink) ? projectDir : null;
}

function isLink(target: string): boolean {
  try {
    return lstatSync(target, { throwIfNoEntry: false })?.isSymbolicLink() === true;
  } catch {
    return false;
  }
}

/** Records that a project is trusted; rejects with the system's error when it cannot be written. */
export async function addTrustRecord(
  context: PathContext,
  folder: string,
  record: { hash: string; allows: readonly string[] },
): Promise<void> {
  await writeRecords(context, { ...readRecords(context), [folder]: record });
}

/** Ends the trust in a project; false when there was none. Rejects with the system's error when it cannot be read or written. */
export async function removeTrust(context: PathContext, folder: string): Promise<boolean> {
  const { [folder]: known, ...others } = readRecords(context, (error) => {
    if (['EACCES', 'EPERM', 'EIO'].includes(codeOf(error) ?? '')) throw error;
  });
  if (known !== undefined) await writeRecords(context, others);
  return known !== undefined;
}

function writeRecords(context: PathContext, projects: Record<string, unknown>): Promise<void> {
  const text = `${JSON.stringify({ version: 1, projects }, null, 1)}\n`;
  return writeByRename(trustFile(context), text, { private: true });
}

/** Where trust is recorded. */
export function trustFile(context: PathContext): string {
  return path.join(stateDir(context), 'trust.json');
}

/** A missing or damaged record trusts nothing, nor does one that another user may have written. */
function readRecords(
  context: PathContext,
  onError: (error: unknown) => void = () => {},
): Record<string, unknown> {
  try {
    const file = trustFile(context);
    const text = readRegularFileNow(file, { maxBytes: MAX_BYTES, isOwn: true, followsLinks: false });
    const projects = child(JSON.parse(text.toString('utf8')), 'projects');
    return isTree(projects) ? { ...projects } : {};
  } catch (error) {
    onError(error);
    return {};
  }
}
