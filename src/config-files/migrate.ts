import { unlink } from 'node:fs/promises';
import path from 'node:path';
import { builtInLayer } from '../catalog/catalog.js';
import { type Migration, migrate, type OldFile } from '../config/migrate/migrate.js';
import type { Diagnostic } from '../diagnostics/diagnostic.js';
import { err, ok, type Result } from '../domain/result.js';
import { writeByRename } from '../files.js';
import { loadConfig } from '../lint/load.js';
import { keepBackup } from './backup.js';
import { CONFIG_FILE, shownPath } from './find.js';
import { exists, kindOf } from './folder.js';
import { readConfigFile } from './read.js';

/** An old config with its conversion and the path of the new one. */
export interface ReadMigration {
  migration: Migration;
  /** Absolute paths of the old files. */
  files: string[];
  /** Absolute path of the new file. */
  target: string;
  /** Texts of the old files by shown name. */
  sources: Map<string, string>;
}

const OLD_NAMES = ['agents', 'tools', 'models', 'policies', 'telemetry', 'generated-config', 'config'];

/** Reads an old file, or the old files of a folder, and converts them. The error: a file that cannot be read. */
export async function readMigration(old: string, cwd: string): Promise<Result<ReadMigration, Diagnostic>> {
  const root = path.resolve(cwd, old);
  const isFolder = kindOf(root) === 'folder';
  const target = isFolder ? path.join(root, CONFIG_FILE) : root;
  const files = isFolder ? await oldFilesIn(root) : [root];
  const texts: { file: string; text: string }[] = [];
  for (const file of files) {
    const shown = shownPath(file, cwd);
    const text = await readConfigFile({ path: file, shown, within: null });
    if (!text.ok) return err(text.error);
    texts.push({ file: shown, text: text.value });
  }
  const sources = new Map(texts.map(({ file, text }) => [file, text]));
  return ok({ migration: migrateFiles(texts), files, target, sources });
}

/** Converts old files to a config that loads like any other. */
export function migrateFiles(files: readonly OldFile[]): Migration {
  const builtIn = builtInLayer();
  return migrate(files, builtIn, (file) =>
    loadConfig({ sources: [{ layer: 'explicit', files: [file] }], builtIn, home: '/' }),
  );
}

/** A converted folder contains only the new file. */
async function oldFilesIn(folder: string): Promise<string[]> {
  const target = path.join(folder, CONFIG_FILE);
  if (exists(target)) return [target];
  const names = OLD_NAMES.flatMap((name) => [`${name}.yaml`, `${name}.yml`]);
  const found = names.map((name) => exists(path.join(folder, name)));
  return names.filter((_, index) => found[index]).map((name) => path.join(folder, name));
}

/** Writes the new config; every old file stays as `.bak`. Rejects with the system's error. Returns the backups' paths. */
export async function writeMigration(read: ReadMigration, text: string): Promise<string[]> {
  const backups: string[] = [];
  for (const file of read.files) backups.push(await keepBackup(file));
  await writeByRename(read.target, text);
  for (const file of read.files) if (file !== read.target) await unlink(file);
  return backups;
}
