import { folderOf, resolvePath } from '../config/paths.js';
import type { Path } from '../config/tree.js';
import { type TrustedValue, trustedValues, whatItAllows } from '../config/trust-part.js';
import type { PathContext } from '../paths.js';
import type { LoadedFiles } from './load.js';
import {
  addTrustRecord,
  checkTrust,
  type FollowedPart,
  followed,
  type TrustPart,
  type TrustReason,
} from './trust-record.js';

export { removeTrust, trustFile, writableFolder } from './trust-record.js';

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
  | { trusted: true; why: TrustReason; subject: TrustSubject | null }
  | { trusted: false; subject: TrustSubject; changes: string[] };

/** Whether a loaded config is trusted. */
export function trustOf(loaded: LoadedFiles, context: PathContext): Trust {
  const isNamed = loaded.merged.layers.some((layer) => layer.name === 'explicit');
  const found = coveredValues(loaded, context);
  const { why, part, record } = checkTrust({ isNamed, part: found?.part ?? null }, context);
  const subject = found === null || part === null ? null : subjectOf(loaded, found.values, part);
  if (why !== null) return { trusted: true, why, subject };
  if (subject === null) throw new Error('what is not trusted was found');
  return { trusted: false, subject, changes: changesOf(record?.allows, subject.allows) };
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

/** The part of a discovered config that needs trust; `null` when none was discovered. */
export function trustSubject(loaded: LoadedFiles, context: Pick<PathContext, 'home'>): TrustSubject | null {
  const found = coveredValues(loaded, context);
  if (found === null) return null;
  return subjectOf(loaded, found.values, followed(found.part));
}

function subjectOf(
  { merged }: LoadedFiles,
  covered: readonly TrustedValue[],
  { folder, hash, realPaths }: FollowedPart,
): TrustSubject {
  const values = covered.map((one, index) => ({ ...one, realPath: realPaths[index] ?? null }));
  return { folder, hash, allows: whatItAllows(merged, values) };
}

/** What trust in a discovered config covers; `null` when none was discovered. */
export function trustPartOf(loaded: LoadedFiles, context: Pick<PathContext, 'home'>): TrustPart | null {
  return coveredValues(loaded, context)?.part ?? null;
}

function coveredValues(loaded: LoadedFiles, { home }: Pick<PathContext, 'home'>) {
  const { merged, projectDir, discovered } = loaded;
  const layer = merged.layers.find((one) => one.name === 'project');
  if (!discovered || projectDir === null || layer === undefined) return null;
  const paths = new Map(loaded.files.map((one) => [one.file, one.path]));
  const folderAt = (path: Path) => folderOf(paths.get(layer.place(path, 'value')?.file ?? '') ?? projectDir);
  const values = trustedValues(layer.value);
  const covered = values.map(({ path, value, isPath }) => ({
    path,
    value,
    target: isPath ? resolvePath(String(value), { folder: folderAt(path), home }) : null,
  }));
  return { values, part: { folder: projectDir, values: covered } };
}

/** Records that a project's config is trusted as it is now; rejects with the system's error when it cannot be written. */
export function recordTrust(context: PathContext, { folder, hash, allows }: TrustSubject): Promise<void> {
  return addTrustRecord(context, folder, { hash, allows });
}
