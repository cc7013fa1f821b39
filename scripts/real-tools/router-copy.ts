import { mkdir, rm, symlink } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';

/**
 * Unpacks below `folder` what npm would publish, so that a build meanwhile does not change what is tried and a file that the package lacks
 * is missed here too; returns the entry file. The dependencies are those of the repository.
 */
export async function copyRouter(root: string, folder: string): Promise<string> {
  const copy = path.join(folder, 'router');
  await rm(copy, { recursive: true, force: true });
  await mkdir(copy, { recursive: true });
  const packed = await execa('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', copy], {
    cwd: root,
    stdin: 'ignore',
  });
  const [{ filename }] = JSON.parse(packed.stdout) as [{ filename: string }];
  await execa('tar', ['-xzf', path.join(copy, filename), '-C', copy, '--strip-components=1']);
  await symlink(path.join(root, 'node_modules'), path.join(copy, 'node_modules'));
  return path.join(copy, 'bin', 'llm-router.cjs');
}

/** Why the copy cannot run a request, as it says it itself; `null` when it can. */
export async function troubleOf(entry: string, folder: string): Promise<string | null> {
  const home = path.join(folder, 'router-home');
  const run = await execa(process.execPath, [entry, 'exec', '--no-stdin', '--tool', 'mock', 'hello'], {
    cwd: folder,
    env: { PATH: process.env.PATH ?? '', HOME: home },
    extendEnv: false,
    stdin: 'ignore',
    reject: false,
  });
  return run.exitCode === 0 && run.stdout !== '' ? null : `exit ${run.exitCode}: ${run.stderr}`;
}
