import { createHash } from 'node:crypto';
import { lstat, realpath } from 'node:fs/promises';
import path from 'node:path';
import { folderOf, resolvePath } from '../config/paths.js';
import { canonicalJson, child, isTree, type Path } from '../config/tree.js';
import { type TrustedValue, trustedValues, whatItAllows } from '../config/trust-part.js';
import { readRegularFile, writeByRename } from '../files.js';
import { type PathContext, stateDir } from '../paths.js';
import { CONFIG_FOLDER } from './find.js';
import type { LoadedFiles } from './load.js';

const MAX_BYTES = 16 * 1024 * 1024;

/** The part of a project's config that trust covers. */
export interface TrustSubject {
  /** Real path of the project's folder. */
  folder: string;
  /** SHA-256 of every value that is not harmless, and of where its paths lead. */
  hash: string;
  /** What trusting it allows, as lines for a person: everything that is hashed. */
  allows: string[];
}

/** Whether commands of a config may run. */
export type Trust =
  | { trusted: true; why: 'nothing found' | 'named' | 'variable' | 'recorded'; subject: TrustSubject | null }
  | { trusted: false; subject: TrustSubject; changes: string[] };

/**
 * Whether a loaded config is trusted: one given by path is, and so is everything with `LLM_ROUTER_TRUST=1`; a discovered
 * one is if its hash is recorded.
 */
export async function trustOf(loaded: LoadedFiles, context: PathContext): Promise<Trust> {
  const isNamed = loaded.merged.layers.some((layer) => layer.name === 'explicit');
  if (isNamed) return { trusted: true, why: 'named', subject: null };
  const subject = await trustSubject(loaded, context);
  if (subject === null) return { trusted: true, why: 'nothing found', subject: null };
  if (context.env.LLM_ROUTER_TRUST === '1') return { trusted: true, why: 'variable', subject };
  const recorded = child(await readRecord(context), subject.folder);
  return child(recorded, 'hash') === subject.hash
    ? { trusted: true, why: 'recorded', subject }
    : { trusted: false, subject, changes: changesOf(child(recorded, 'allows'), subject.allows) };
}

/** What changed since the config was last trusted, one line each; none where it never was. */
function changesOf(before: unknown, now: readonly string[]): string[] {
  if (!Array.isArray(before)) return [];
  const [old, current] = [new Set(before.map(String)), new Set(now)];
  return [
    ...[...old].filter((line) => !current.has(line)).map((line) => `- ${line}`),
    ...[...current].filter((line) => !old.has(line)).map((line) => `+ ${line}`),
  ];
}

/**
 * The project's folder, if files may be written there: `null` until it is trusted, and where `.llm-router` in it is a link. A
 * config that was named says nothing of the project around the working directory.
 */
export async function writableFolder(
  { projectDir, discovered }: LoadedFiles,
  trust: Trust,
  context: PathContext,
): Promise<string | null> {
  if (projectDir === null) return null;
  const isTrusted = discovered
    ? trust.trusted
    : context.env.LLM_ROUTER_TRUST === '1' ||
      (await recordedHash(context, await realPathOf(projectDir))) !== null;
  const folders = [CONFIG_FOLDER, `${CONFIG_FOLDER}/traces`].map((one) => path.join(projectDir, one));
  return isTrusted && !(await Promise.all(folders.map(isLink))).includes(true) ? projectDir : null;
}

function isLink(target: string): Promise<boolean> {
  return lstat(target).then(
    (found) => found.isSymbolicLink(),
    () => false,
  );
}

/** The part of a discovered config that needs trust; `null` when none was discovered. */
export async function trustSubject(
  loaded: LoadedFiles,
  { home }: Pick<PathContext, 'home'>,
): Promise<TrustSubject | null> {
  const { merged, projectDir, discovered } = loaded;
  const layer = merged.layers.find((one) => one.name === 'project');
  if (!discovered || projectDir === null || layer === undefined) return null;
  const paths = new Map(loaded.files.map((one) => [one.file, one.path]));
  const folderAt = (path: Path) => folderOf(paths.get(layer.place(path, 'value')?.file ?? '') ?? projectDir);
  const values = await Promise.all(
    trustedValues(layer.value).map(async (one) => {
      if (!one.isPath) return one;
      const absolute = resolvePath(String(one.value), { folder: folderAt(one.path), home });
      return { ...one, realPath: await realPathOf(absolute) };
    }),
  );
  return {
    folder: await realPathOf(projectDir),
    hash: hashOf(values),
    allows: whatItAllows(merged, values),
  };
}

/** The same for the same values and the same files behind their paths, in whatever order they were written. */
function hashOf(values: readonly TrustedValue[]): string {
  const entries = values.map(
    ({ path, value, realPath }) => [JSON.stringify(path), { value, realPath }] as const,
  );
  return createHash('sha256')
    .update(canonicalJson(Object.fromEntries(entries)))
    .digest('hex');
}

/** Links followed, as far as the path exists: a file that is made later does not change it. */
async function realPathOf(file: string): Promise<string> {
  const folder = path.dirname(file);
  return realpath(file).catch(async () =>
    folder === file ? file : path.join(await realPathOf(folder), path.basename(file)),
  );
}

/** Records that a project's config is trusted as it is now; rejects with the system's error when it cannot be written. */
export async function recordTrust(context: PathContext, subject: TrustSubject): Promise<void> {
  const { folder, hash, allows } = subject;
  await writeRecord(context, { ...(await readRecord(context)), [folder]: { hash, allows } });
}

/** Ends the trust in a project; false when there was none. Rejects with the system's error when it cannot be written. */
export async function removeTrust(context: PathContext, folder: string): Promise<boolean> {
  const { [folder]: known, ...others } = await readRecord(context);
  if (known !== undefined) await writeRecord(context, others);
  return known !== undefined;
}

function writeRecord(context: PathContext, projects: Record<string, unknown>): Promise<void> {
  const text = `${JSON.stringify({ version: 1, projects }, null, 1)}\n`;
  return writeByRename(trustFile(context), text, { private: true });
}

/** Where trust is recorded. */
export function trustFile(context: PathContext): string {
  return path.join(stateDir(context), 'trust.json');
}

async function recordedHash(context: PathContext, folder: string): Promise<string | null> {
  const hash = child(child(await readRecord(context), folder), 'hash');
  return typeof hash === 'string' ? hash : null;
}

/** A missing or damaged record trusts nothing, nor does one that another user may have written. */
async function readRecord(context: PathContext): Promise<Record<string, unknown>> {
  try {
    const file = trustFile(context);
    const text = await readRegularFile(file, { maxBytes: MAX_BYTES, isOwn: true, followsLinks: false });
    const projects = child(JSON.parse(text.toString('utf8')), 'projects');
    return isTree(projects) ? { ...projects } : {};
  } catch {
    return {};
  }
}
