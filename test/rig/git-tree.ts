import { execFileSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { findRepository, type Repository } from '../../src/git/repository.js';

/** A Git work tree in a temporary folder. */
export interface GitTree {
  root: string;
  /** Runs the real Git, with a home of its own. */
  git(...args: string[]): string;
  write(file: string, content: string | Buffer): void;
  repository(): Promise<Repository>;
  env: Record<string, string>;
}

/** Runs a test in a new repository, and removes it. */
export async function inGitTree(
  test: (tree: GitTree) => Promise<void>,
  init = ['init', '-q'],
): Promise<void> {
  const top = mkdtempSync(path.join(tmpdir(), 'git-tree-'));
  try {
    const [root, home] = [path.join(top, 'work'), path.join(top, 'home')];
    for (const folder of [root, home]) mkdirSync(folder);
    const env = { PATH: process.env.PATH ?? '', HOME: home };
    const author = ['-c', 'user.name=A', '-c', 'user.email=a@b.c', '-c', 'protocol.file.allow=always'];
    const git = (...args: string[]) =>
      execFileSync('git', [...author, ...args], { cwd: root, env, encoding: 'utf8', stdio: 'pipe' });
    git(...init);
    await test({
      root,
      git,
      write: (file, content) => {
        const place = path.join(root, file);
        mkdirSync(path.dirname(place), { recursive: true });
        writeFileSync(place, content);
      },
      repository: async () => {
        const found = await findRepository({ cwd: root, env });
        if (!found.ok) throw new Error(found.error.message);
        return found.value;
      },
      env,
    });
  } finally {
    rmSync(top, { recursive: true, force: true });
  }
}

/** Every file below a folder with its kind and bytes, folders of repositories left out. */
export function filesBelow(root: string): Record<string, string> {
  const found: Record<string, string> = {};
  const walk = (folder: Buffer, name: string): void => {
    for (const entry of readdirSync(folder, { encoding: 'buffer' })) {
      const place = Buffer.concat([folder, Buffer.from('/'), entry]);
      const shown = `${name}${entry.toString('latin1')}`;
      if (shown === '.git' || shown.endsWith('/.git')) continue;
      const { mode } = lstatSync(place);
      const stats = lstatSync(place);
      if (stats.isSymbolicLink())
        found[shown] = `link ${readlinkSync(place, { encoding: 'buffer' }).toString('latin1')}`;
      else if (stats.isDirectory()) walk(place, `${shown}/`);
      else if (stats.isFile())
        found[shown] = `${(mode & 0o100) === 0 ? 'file' : 'exec'} ${readFileSync(place).toString('latin1')}`;
      else found[shown] = 'other';
    }
  };
  walk(Buffer.from(root), '');
  return found;
}

/** What must stay as it is: the user's index, `HEAD`, the other refs, and no lock. */
export function untouched({ root, git }: GitTree): unknown {
  const dir = path.join(root, '.git');
  const index = path.join(dir, 'index');
  return {
    index: existsSync(index) ? readFileSync(index).toString('base64') : null,
    head: readFileSync(path.join(dir, 'HEAD'), 'utf8'),
    refs: git('for-each-ref', '--format=%(refname) %(objectname)')
      .split('\n')
      .filter((line) => !line.startsWith('refs/llm-router/')),
    locks: readdirSync(dir, { recursive: true }).filter((name) => String(name).endsWith('.lock')),
  };
}
