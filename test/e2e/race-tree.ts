import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, readdirSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import type { Rig } from '../rig/rig.js';

const GIT = execFileSync('/bin/sh', ['-c', 'command -v git'], { encoding: 'utf8' }).trim();

/** A project under Git, and candidates that are shell scripts. */
export interface RaceTree {
  git(...args: string[]): string;
  /** What is left of isolated work trees, in the state folder and in the repository. */
  leftovers(): string[];
}

/** Makes it, with one file `answer` that holds `old`; each candidate of `scripts` edits in its working directory. */
export function raceTree(
  rig: Rig,
  scripts: Readonly<Record<string, string>>,
  { agent = '', more = '', tool = '' }: { agent?: string; more?: string; tool?: string } = {},
): RaceTree {
  symlinkSync(GIT, path.join(rig.bin, 'git'));
  const git = (...args: string[]) =>
    execFileSync(GIT, ['-c', 'user.name=A', '-c', 'user.email=a@b.c', ...args], {
      cwd: rig.project,
      env: rig.env,
      encoding: 'utf8',
    });
  const names = Object.keys(scripts);
  const tools = names.map((name) => `  ${name}: { binary: ${name}, args: []${tool} }`);
  rig.write(
    'llm-router.yaml',
    `version: 1\nagents: { me: { preferred_tool: ${names[0]}, access: edit${agent} } }\ntools:\n${tools.join('\n')}\n${more}`,
  );
  rig.write('.gitignore', '.llm-router\n');
  rig.write('answer', 'old\n');
  git('init', '-q');
  git('add', '-A');
  git('commit', '-qm', '1');
  for (const [name, script] of Object.entries(scripts)) {
    const text = `#!/bin/sh\nPATH=/bin:/usr/bin\ncat >/dev/null\n${script}\n`;
    chmodSync(rig.write(path.join(rig.bin, name), text), 0o755);
  }
  const isolated = path.join(rig.env.XDG_STATE_HOME ?? '', 'llm-router/isolated');
  return {
    git,
    leftovers: () => [
      ...(existsSync(isolated) ? readdirSync(isolated) : []),
      ...git('worktree', 'list').trim().split('\n').slice(1),
    ],
  };
}

/** A race of these candidates. */
export function race(candidates: string, ...more: string[]): string[] {
  return ['race', '-a', 'me', '--no-stdin', '--candidates', candidates, ...more, 'Fix it'];
}
