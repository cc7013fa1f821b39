import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, readdirSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { filesBelow } from '../rig/git-tree.js';
import { rigged } from '../rig/rig.js';

const ROUNDS = Number(process.env.ISOLATE_ROUNDS ?? 40);
const GIT = execFileSync('/bin/sh', ['-c', 'command -v git'], { encoding: 'utf8' }).trim();

describe('an isolated run that is killed', () => {
  it(
    'loses no file, and the next one removes what it left',
    rigged(
      async (rig) => {
        symlinkSync(GIT, path.join(rig.bin, 'git'));
        const git = (...args: string[]) =>
          execFileSync(GIT, ['-c', 'user.name=A', '-c', 'user.email=a@b.c', ...args], {
            cwd: rig.project,
            env: rig.env,
            encoding: 'utf8',
          });
        rig.write(
          'llm-router.yaml',
          'version: 1\nagents: { me: { preferred_tool: editor, access: edit } }\ntools: { editor: { binary: editor, args: [] } }\n',
        );
        rig.write('.gitignore', '.llm-router\n');
        for (let n = 0; n < 30; n++) rig.write(`f${n}`, 'old\n');
        git('init', '-q');
        git('add', '-A');
        git('commit', '-qm', '1');
        const script =
          '#!/bin/sh\nPATH=/bin:/usr/bin\ncat >/dev/null\nfor f in f*; do echo new > $f; done; echo x > added\necho done\n';
        chmodSync(rig.write(path.join(rig.bin, 'editor'), script), 0o755);
        const exec = ['exec', '-a', 'me', '--isolate', '--no-stdin', 'Fix it'];
        const isolated = path.join(rig.env.XDG_STATE_HOME ?? '', 'llm-router/isolated');
        for (let round = 0; round < ROUNDS; round++) {
          git('checkout', '-q', '.');
          git('clean', '-qfd');
          const [head, index] = [git('rev-parse', 'HEAD'), git('ls-files', '-s')];
          const before = filesBelow(rig.project);
          const running = rig.start(exec);
          const timer = setTimeout(() => running.kill('SIGKILL'), 150 + (round / ROUNDS) * 1500);
          await running.done;
          clearTimeout(timer);
          const after = filesBelow(rig.project);
          for (const [at, content] of Object.entries(before))
            if (!at.startsWith('.llm-router')) expect([content, 'file new\n']).toContainEqual(after[at]);
          expect([git('rev-parse', 'HEAD'), git('ls-files', '-s')]).toEqual([head, index]);
          const next = await rig.spawn(exec);
          expect(next.code).toBe(0);
          expect(rig.read('f29')).toBe('new\n');
          expect(existsSync(isolated) ? readdirSync(isolated) : []).toEqual([]);
          expect(git('worktree', 'list').trim().split('\n')).toHaveLength(1);
        }
      },
      { deadlineMs: 600_000 },
    ),
    620_000,
  );
});
