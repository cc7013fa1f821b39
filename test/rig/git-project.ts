import { execFileSync } from 'node:child_process';
import { chmodSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import type { Rig } from './rig.js';

const GIT = execFileSync('/bin/sh', ['-c', 'command -v git'], { encoding: 'utf8' }).trim();

/** Runs the real Git in the project, or in the folder given with `-C`. */
export type ProjectGit = (...args: string[]) => string;

/**
 * A project under Git with one file, and agents with access `edit` that are shell scripts. `recovery` is what the policy does after a
 * failure [its default].
 */
export function gitProject(
  rig: Rig,
  agents: Record<string, string>,
  { recovery, ignoresTraces = true }: { recovery?: string | undefined; ignoresTraces?: boolean } = {},
): ProjectGit {
  symlinkSync(GIT, path.join(rig.bin, 'git'));
  const author = ['-c', 'user.name=A', '-c', 'user.email=a@b.c', '-c', 'protocol.file.allow=always'];
  const git: ProjectGit = (...args) =>
    execFileSync(GIT, [...author, ...args], {
      cwd: rig.project,
      // Some commands of Git are scripts.
      env: { ...rig.env, PATH: '/usr/bin:/bin' },
      encoding: 'utf8',
      stdio: 'pipe',
    });
  git('init', '-q');
  rig.write('a.txt', 'one\ntwo\n');
  const [first, ...others] = Object.keys(agents);
  const policies =
    recovery === undefined ? '' : `policies: { default: { recovery: { after_failure: ${recovery} } } }\n`;
  const tools = Object.keys(agents).map((name) => `  ${name}: { binary: ${name}, args: [] }`);
  rig.write(
    'llm-router.yaml',
    `version: 1
agents: { me: { preferred_tool: ${first}, fallback_chain: [${others}], access: edit } }
tools:
${tools.join('\n')}
${policies}`,
  );
  if (ignoresTraces) rig.write('.gitignore', '.llm-router\n');
  git('add', '-A');
  git('commit', '-qm', '1');
  for (const [name, script] of Object.entries(agents)) installAgent(rig, name, script);
  return git;
}

/** Installs, or replaces, an agent that is a shell script with the usual programs in its PATH. */
export function installAgent(rig: Rig, name: string, script: string): void {
  const file = rig.write(path.join(rig.bin, name), `#!/bin/sh\nPATH=$PATH:/usr/bin:/bin\n${script}\n`);
  chmodSync(file, 0o755);
}
