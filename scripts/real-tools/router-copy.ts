import { copyFile, mkdir, rm, symlink } from 'node:fs/promises';
import path from 'node:path';

const FILES = [path.join('bin', 'llm-router.cjs'), path.join('dist', 'cli.cjs')];

/** Copies the built command line below `folder`, so that a rebuild meanwhile does not change what is tried; returns its entry file. */
export async function copyRouter(root: string, folder: string): Promise<string> {
  const copy = path.join(folder, 'router');
  await rm(copy, { recursive: true, force: true });
  for (const file of FILES) {
    await mkdir(path.dirname(path.join(copy, file)), { recursive: true });
    await copyFile(path.join(root, file), path.join(copy, file));
  }
  await symlink(path.join(root, 'node_modules'), path.join(copy, 'node_modules'));
  return path.join(copy, 'bin', 'llm-router.cjs');
}
