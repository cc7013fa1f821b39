import path from 'node:path';
import { CONFIG_FOLDER, FILE_NAMES } from './find.js';
import { filesOfFolder, isYamlName, kindOf } from './folder.js';

/**
 * The configs that paths name, each once. A file of a project that is split is no config of its own: it is read together with the others
 * of the project.
 */
export function configsOf(paths: readonly string[], cwd: string): string[][] {
  const configs = paths.map((one) => (one === '-' ? [one] : wholeConfig(one, cwd)));
  return [...new Map(configs.map((files) => [files.join('\0'), files])).values()];
}

function wholeConfig(named: string, cwd: string): string[] {
  const file = path.resolve(cwd, named);
  const root = projectOf(file);
  if (root === null || kindOf(file) !== 'other') return [named];
  const folder = path.join(root, CONFIG_FOLDER);
  const inFolder = filesOfFolder(folder);
  if (inFolder.ok && inFolder.value.files.length === 0) return [named];
  const beside = FILE_NAMES.map((name) => path.join(root, name)).filter((one) => kindOf(one) === 'other');
  return [...beside, folder];
}

/** The project that a file belongs to by its name; `null`: none. */
function projectOf(file: string): string | null {
  const { dir, base } = path.parse(file);
  if (FILE_NAMES.includes(base)) return dir;
  return path.basename(dir) === CONFIG_FOLDER && isYamlName(base) ? path.dirname(dir) : null;
}
