import { chmodSync, existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { gitProject, installAgent } from '../rig/git-project.js';
import { type Rig, rigged } from '../rig/rig.js';

const EXEC = ['exec', '-a', 'me', '--no-stdin', 'Fix it'];
const EDITS = 'echo bad >> a.txt; echo new > new.txt; exit 1';

describe('what no snapshot holds', () => {
  it.each([
    [
      'a commit in a submodule',
      'git -C sub commit -q --allow-empty -m 2',
      /submodule `sub` \(was at `\w{7}`\)/,
    ],
    ['an edit in a submodule', 'echo x >> sub/f', /submodule `sub`/],
    ['a submodule that is removed', 'rm -rf sub/.git sub/f', /submodule `sub` \(was at/],
    ['a repository that is made', 'git init -q made; echo x > made/f', /repository `made`/],
    ['a commit', 'git add a.txt; git commit -qm 2 --allow-empty', /`HEAD` \(was at/],
  ])('is neither passed over nor said to be rolled back: %s', (_, script, named) =>
    rigged(async (rig) => {
      const git = gitProject(rig, { editor: 'exit 1', good: 'echo done' }, { recovery: 'rollback' });
      withSubmodule(rig, git);
      const identity = 'GIT_AUTHOR_NAME=A GIT_AUTHOR_EMAIL=a GIT_COMMITTER_NAME=A GIT_COMMITTER_EMAIL=a';
      installAgent(rig, 'editor', `export ${identity}\necho bad >> a.txt\n${script}\nexit 1`);
      const { code, stderr } = await rig.run(EXEC);
      expect([code, stderr]).toEqual([
        75,
        expect.stringMatching(/which is not rolled back: .* cannot be put back/),
      ]);
      expect(stderr).toMatch(named);
      expect(rig.read('a.txt')).toBe('one\ntwo\nbad\n');
      const [trace] = rig.traces();
      expect(trace?.attempts[0]?.changes).toMatchObject({
        recovery: 'not_restored',
        not_kept: [expect.stringMatching(named)],
      });
      const undone = await rig.run(['undo', '--yes']);
      expect([undone.code, undone.stderr]).toEqual([75, expect.stringMatching(named)]);
      expect([undone.stderr, rig.read('a.txt')]).toEqual([
        expect.stringContaining('the files are put back'),
        'one\ntwo\n',
      ]);
    })(),
  );

  it(
    'stops the run although no file of the work tree itself differs',
    rigged(async (rig) => {
      const git = gitProject(rig, { editor: 'echo x >> sub/f; exit 1', good: 'echo done' });
      withSubmodule(rig, git);
      const { code, stderr } = await rig.run(EXEC);
      expect([code, stderr]).toEqual([
        1,
        expect.stringContaining('it had changed submodule `sub`, so no fallback was tried'),
      ]);
      expect(await rig.run(['undo', '--yes'])).toMatchObject({ code: 75 });
    }),
  );
});

function withSubmodule(rig: Rig, git: (...args: string[]) => string): void {
  rig.write('../other/f', 'of the submodule\n');
  git('-C', '../other', 'init', '-q');
  git('-C', '../other', 'add', '.');
  git('-C', '../other', 'commit', '-qm', '1');
  git('submodule', '--quiet', 'add', '../other', 'sub');
  git('commit', '-qm', 'sub');
}

describe('a repository that Git cannot read', () => {
  it.each([
    ['HEAD', 'damaged or not readable: not a git repository'],
    ['config', 'damaged or not readable: bad config line'],
    ['index', '.git/index` cannot be read: index file smaller than expected'],
  ])('leads to no fallback after an edit, and is named: %s', (file, words) =>
    rigged(async (rig) => {
      gitProject(rig, { editor: EDITS, good: 'echo done' });
      rig.write(`.git/${file}`, '[damaged');
      const { code, stderr } = await rig.run(EXEC);
      expect([code, stderr]).toEqual([1, expect.stringContaining('no fallback was tried')]);
      expect(stderr).toContain(words);
      expect(rig.traces()[0]?.attempts[0]).toMatchObject({
        changes: null,
        no_snapshot: expect.stringContaining(words),
      });
    })(),
  );

  it(
    'is named, and nothing is tried after it, when the agent itself has damaged it',
    rigged(async (rig) => {
      const damages = 'echo bad >> a.txt; echo x > .git/index; echo x > .git/HEAD; exit 1';
      gitProject(rig, { editor: damages, good: 'echo done' }, { recovery: 'rollback' });
      const { code, stderr } = await rig.run(EXEC);
      expect([code, stderr]).toEqual([1, expect.stringContaining('there is no snapshot of the files (')]);
      expect(stderr).toContain('no fallback was tried');
    }),
  );

  it(
    'outside of Git, stops a run whose policy asks for a rollback',
    rigged(async (rig) => {
      gitProject(rig, { editor: EDITS, good: 'echo done' }, { recovery: 'rollback' });
      rig.write('.git/HEAD', '');
      await rig.shell('/bin/rm -rf .git');
      const { code, stderr } = await rig.run(EXEC);
      expect([code, stderr]).toEqual([1, expect.stringContaining('is not in a Git work tree')]);
      expect(stderr).toContain('no fallback was tried');
    }),
  );
});

describe('two undos at once', () => {
  it(
    'undo once: the other says that it was overtaken, or reverses it as one after the other does',
    rigged(
      async (rig) => {
        gitProject(rig, { editor: EDITS });
        await rig.run(EXEC);
        for (let round = 0; round < 4; round++) {
          const both = await Promise.all([rig.spawn(['undo', '--yes']), rig.spawn(['undo', '--yes'])]);
          for (const { code, stderr } of both) {
            expect([0, 75]).toContain(code);
            expect(stderr).toMatch(
              code === 0
                ? /^(?:took|brought) back the changes of|^nothing to undo/
                : /another `undo` of this run was first|another program changes|would be lost/,
            );
            expect(stderr).not.toMatch(/update_ref|cannot lock|fatal/);
          }
          expect(['one\ntwo\n', 'one\ntwo\nbad\n']).toContain(rig.read('a.txt'));
          expect(existsSync(path.join(rig.project, '.git/llm-router-applies.lock'))).toBe(false);
        }
      },
      { deadlineMs: 100_000 },
    ),
  );
});

describe('permissions', () => {
  it.each(['rollback', 'stop'])('of a tracked file are put back: %s', (recovery) =>
    rigged(async (rig) => {
      const script = 'echo x > t; mv t a.txt; exit 1';
      gitProject(rig, { editor: script }, { recovery });
      chmodSync(path.join(rig.project, 'a.txt'), 0o600);
      await rig.run(EXEC);
      if (recovery === 'stop') await rig.run(['undo', '--yes']);
      expect([rig.read('a.txt'), rig.modeOf('a.txt')]).toEqual(['one\ntwo\n', 0o600]);
      expect(statSync(path.join(rig.project, 'a.txt')).mode & 0o777).toBe(0o600);
    })(),
  );
});

describe('two runs in one work tree at once', () => {
  it(
    'are told apart from one run: neither rolls back or undoes without `--force` what may be of the other',
    rigged(
      async (rig) => {
        gitProject(rig, { editor: EDITS, good: 'echo done' }, { recovery: 'rollback' });
        const waits = 'echo bad >> a.txt; : > ../started; until [ -e ../end ]; do sleep 0.05; done; exit 1';
        installAgent(rig, 'editor', waits);
        const first = rig.start(EXEC);
        await until(() => rig.exists('../started'));
        installAgent(rig, 'editor', 'echo other > other.txt; echo done');
        expect(await rig.spawn(EXEC)).toMatchObject({ code: 0 });
        rig.write('../end', '');
        const { code, stderr } = await first.done;
        const [second, one] = rig.traces();
        expect([code, stderr]).toEqual([
          75,
          expect.stringContaining(`which is not rolled back: \`${second?.id}\` worked in the same files`),
        ]);
        expect([rig.read('a.txt'), rig.read('other.txt')]).toEqual(['one\ntwo\nbad\n', 'other\n']);
        expect(one?.attempts[0]?.changes?.other_runs).toEqual([second?.id]);
        expect(second?.attempts[0]?.changes?.other_runs).toEqual([one?.id]);
        const refused = await rig.run(['undo', '--yes', one?.id ?? '']);
        expect([refused.code, refused.stderr]).toEqual([
          75,
          expect.stringContaining('would take those back too'),
        ]);
        expect(rig.read('other.txt')).toBe('other\n');
        expect(await rig.run(['undo', '--yes', '--force', one?.id ?? ''])).toMatchObject({ code: 0 });
        expect([rig.read('a.txt'), rig.exists('other.txt')]).toEqual(['one\ntwo\n', false]);
        expect(await rig.run(['undo', '--yes', one?.id ?? ''])).toMatchObject({ code: 0 });
      },
      { deadlineMs: 100_000 },
    ),
  );

  it(
    'one after the other, and a run within a run, are no others',
    rigged(
      async (rig) => {
        gitProject(rig, { editor: 'echo bad >> a.txt; exit 1', good: 'echo done' });
        for (let n = 0; n < 2; n++) await rig.run(EXEC);
        const inner = rig.write('../inner.yaml', rig.read('llm-router.yaml'));
        installAgent(
          rig,
          'editor',
          `echo outer > o.txt; llm-router exec --config ${inner} -a me --tool good --no-stdin x; exit 1`,
        );
        installAgent(rig, 'good', 'echo inner > i.txt; echo done');
        const { stderr } = await rig.spawn(EXEC);
        expect(stderr).toContain('it had changed 2 files (`i.txt`, `o.txt`');
        expect(
          rig.traces().map(({ attempts }) => attempts.map(({ changes }) => changes?.other_runs)),
        ).toEqual([[[]], [[]], [[]], [[]]]);
      },
      { deadlineMs: 60_000 },
    ),
  );
});

async function until(done: () => boolean): Promise<void> {
  while (!done()) await new Promise((resolve) => setTimeout(resolve, 20));
}
