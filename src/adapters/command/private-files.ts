import { chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join } from 'node:path';
import { nodeCrypto } from '../../crypto/crypto.js';
import { err, ok, type Result } from '../../domain/result.js';
import { codeOf } from '../../domain/system-error.js';
import { FileRefused, readRegularFile } from '../../files.js';
import { type PrivatePlaces, placesIn } from './placeholder-values.js';

/** The private folder of one run. */
export interface PrivateFolder {
  path: string;
  places: PrivatePlaces;
  /** For the tool's own temp files. */
  tmp: string;
  /** Removes the folder; an error of that does not fail the run. */
  remove: () => Promise<void>;
}

/** Texts to write before a start; `null`: the file is not used. */
export interface PrivateTexts {
  promptFile: string | null;
  systemFile: string | null;
  schemaFile: string | null;
  /** Names and texts of files of the tool's definition. */
  privateFiles: Readonly<Record<string, string>>;
}

/** An unguessable path for a private folder. It is chosen before the folder is created, so that it can be recorded first. */
export function newFolderPath(parent: string): string {
  return join(parent, `llm-router-${nodeCrypto().randomBytes(9).toString('base64url')}`);
}

/** Whether a path has the form of {@link newFolderPath}. */
export function isPrivateFolder(path: string): boolean {
  return isAbsolute(path) && /^llm-router-[\w-]{12}$/.test(basename(path));
}

/** Creates a folder that only the user can enter, with the given texts as files; the error is a sentence. */
export async function openPrivateFolder(
  path: string,
  texts: PrivateTexts,
): Promise<Result<PrivateFolder, string>> {
  let isMade = false;
  try {
    await mkdir(path, { mode: 0o700 });
    isMade = true;
    await chmod(path, 0o700);
    const folder = folderAt(path);
    for (const place of [folder.tmp, folder.places.privateDir]) await mkdir(place, { mode: 0o700 });
    for (const [file, text] of filesOf(folder.places, texts))
      await writeFile(file, text, { mode: 0o600, flag: 'wx' });
    return ok(folder);
  } catch (error) {
    if (isMade) await folderAt(path).remove();
    return err(`private files cannot be written in \`${dirname(path)}\`: ${codeOf(error) ?? String(error)}`);
  }
}

/** The content of a file that a tool wrote; `null`: missing, `too_large`: above the limit in bytes. */
export async function readWritten(path: string, maxBytes: number): Promise<Uint8Array | 'too_large' | null> {
  try {
    return await readRegularFile(path, { maxBytes, followsLinks: false });
  } catch (error) {
    return error instanceof FileRefused && error.reason === 'size' ? 'too_large' : null;
  }
}

function filesOf(places: PrivatePlaces, texts: PrivateTexts): [path: string, text: string][] {
  const own = (['promptFile', 'systemFile', 'schemaFile'] as const).flatMap((name): [string, string][] => {
    const text = texts[name];
    return text === null ? [] : [[places[name], text]];
  });
  const given = Object.entries(texts.privateFiles).map(([name, text]): [string, string] => [
    join(places.privateDir, name),
    text,
  ]);
  return [...own, ...given];
}

function folderAt(path: string): PrivateFolder {
  const remove = () => rm(path, { recursive: true, force: true, maxRetries: 2 }).catch(() => undefined);
  return { path, places: placesIn(path), tmp: join(path, 'tmp'), remove };
}
