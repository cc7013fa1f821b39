import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { findConfig } from '../../src/config-files/find.js';
import { misnamedFiles, nearMisses } from '../../src/config-files/near-misses.js';

let root = '';

beforeEach(() => {
  root = realpathSync(mkdtempSync(path.join(tmpdir(), 'llm-router-find-')));
  mkdirSync(path.join(root, 'home'));
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

function misnamedAround(cwd: string) {
  return misnamedFiles({ explicit: [], env: {}, cwd: path.join(root, cwd), home: path.join(root, 'home') });
}

describe('a project', () => {
  it('is found from a folder below, up to the root of the repository', async () => {
    write('repo/.git/HEAD', '');
    write('repo/llm-router.yaml', 'a');
    mkdirSync(path.join(root, 'repo/src/deep'), { recursive: true });
    const found = await find('repo/src/deep');
    expect(names(found)).toEqual([`project:${root}/repo/llm-router.yaml`]);
    expect(found.discovered).toBe(true);
    expect(found.searched).toEqual([
      `${root}/home/.config/llm-router`,
      'llm-router.yaml',
      '.llm-router',
      `${root}/repo/src/llm-router.yaml`,
      `${root}/repo/src/.llm-router`,
      `${root}/repo/llm-router.yaml`,
      `${root}/repo/.llm-router`,
    ]);
  });

  it('is the nearest one', async () => {
    write('repo/.git/HEAD', '');
    write('repo/llm-router.yaml', 'a');
    write('repo/sub/.llm-router/b.yaml', 'b');
    write('repo/sub/.llm-router/a.yaml', 'a');
    write('repo/sub/.llm-router/notes.txt', 'n');
    expect(names(await find('repo/sub'))).toEqual([
      'project:.llm-router/a.yaml',
      'project:.llm-router/b.yaml',
    ]);
  });

  it('is not searched above the repository', async () => {
    write('llm-router.yaml', 'a');
    write('repo/.git', 'gitdir: elsewhere');
    expect(await find('repo')).toMatchObject({ layers: [], discovered: false, diagnostics: [] });
  });

  it('is searched only in the working directory outside of a repository', async () => {
    write('plain/llm-router.yaml', 'a');
    mkdirSync(path.join(root, 'plain/sub'));
    expect(names(await find('plain/sub'))).toEqual([]);
    expect(names(await find('plain'))).toEqual(['project:llm-router.yaml']);
  });

  it('is not a folder with only traces', async () => {
    write('p/.llm-router/traces/x.json', '{}');
    expect(await find('p')).toMatchObject({ layers: [], discovered: false, diagnostics: [] });
  });

  it('cannot be a file and a folder side by side', async () => {
    write('p/llm-router.yaml', 'a');
    write('p/.llm-router/b.yaml', 'b');
    const found = await find('p');
    expect(found.diagnostics).toMatchObject([
      {
        code: 'config/file-and-folder',
        message: '`llm-router.yaml` and `.llm-router/*.yaml` stand side by side',
      },
    ]);
  });

  it('is also read from `.yml`, one file or several', async () => {
    write('one/llm-router.yml', 'a');
    write('two/.llm-router/a.yaml', 'a');
    write('two/.llm-router/b.yml', 'b');
    expect(names(await find('one'))).toEqual(['project:llm-router.yml']);
    expect(names(await find('two'))).toEqual(['project:.llm-router/a.yaml', 'project:.llm-router/b.yml']);
  });

  it('cannot be two files of the same name with both endings', async () => {
    write('p/llm-router.yaml', 'a');
    write('p/llm-router.yml', 'b');
    expect((await find('p')).diagnostics).toMatchObject([
      { message: '`llm-router.yaml` and `llm-router.yml` stand side by side' },
    ]);
  });

  it('in files of nearly the right name is named with what to do', async () => {
    for (const name of ['llm-router.YAML', 'llmrouter.yaml', '.llm-router/policies.YAML', 'other.yaml'])
      write(`p/${name}`, 'a');
    write('p/.llm-router/agents.yaml', 'a');
    const { env, home } = { env: {}, home: path.join(root, 'home') };
    const found = nearMisses({ explicit: [], env, cwd: path.join(root, 'p'), home });
    expect(found.map(({ message, hint }) => `${message}: ${hint}`)).toEqual([
      '`llm-router.YAML` is not read because of its name: rename it to `llm-router.yaml`',
      '`llmrouter.yaml` is not read because of its name: rename it to `llm-router.yaml`',
      '`.llm-router/policies.YAML` is not read because of its name: rename it to `policies.yaml`',
    ]);
  });

  it.each([
    ['llm-router.json', 'rename it to `llm-router.yaml`'],
    ['llm-router.toml', 'write it as YAML, in `llm-router.yaml`'],
    ['llm-router.jsonc', 'write it as YAML, in `llm-router.yaml`'],
    ['llm-router.yaml.txt', 'rename it to `llm-router.yaml`'],
    ['llm-router.ymal', 'rename it to `llm-router.yaml`'],
    ['.llm-router.yml', 'rename it to `llm-router.yaml`'],
    ['.llm-router/policies.json', 'rename it to `policies.yaml`'],
    ['.llm-router/mine.yml.txt', 'rename it to `mine.yaml`'],
  ])('in a file `%s` is named by every command', async (name, hint) => {
    write(`p/${name}`, 'a');
    const message = `\`${name}\` is not read because of its name`;
    expect((await find('p')).hasMisnamed).toBe(true);
    expect(misnamedAround('p')).toMatchObject([{ severity: 'warning', message, hint }]);
  });

  it.each(['llm-router.schema.json', 'llm-router.yaml.bak', '.llm-router/answer.schema.json', 'router.yaml'])(
    'is not looked for in `%s`',
    async (name) => {
      write(`p/${name}`, 'a');
      expect(misnamedAround('p')).toEqual([]);
    },
  );

  it('in nearly the right place is named with what to do', () => {
    for (const name of [
      '.llm-router/policies/team.yaml',
      '.llm-router/traces/x.yaml',
      '.llm_router/agents.yaml',
    ])
      write(`p/${name}`, 'a');
    write('home/.llm-router.yaml', 'a');
    write('home/.config/llm-router.yml', 'a');
    const home = path.join(root, 'home');
    const found = nearMisses({ explicit: [], env: {}, cwd: path.join(root, 'p'), home });
    const right = `move it to \`${home}/.config/llm-router/llm-router.yaml\``;
    expect(found.map(({ message, hint }) => `${message}: ${hint}`)).toEqual([
      '`.llm_router` is not read because of its name: rename it to `.llm-router`',
      '`.llm-router/policies/team.yaml` is not read because of its place: only files in `.llm-router` itself are read',
      `\`${home}/.llm-router.yaml\` is not read because of its place: ${right}`,
      `\`${home}/.config/llm-router.yml\` is not read because of its place: ${right}`,
    ]);
  });

  it('whose file is a dangling link is an error', async () => {
    mkdirSync(path.join(root, 'p'));
    symlinkSync('nowhere', path.join(root, 'p/llm-router.yaml'));
    expect((await find('p')).diagnostics).toMatchObject([{ code: 'config/file-not-found' }]);
  });
});

describe("the user's config", () => {
  it('is weaker than the project, and taken from XDG_CONFIG_HOME', async () => {
    write('xdg/llm-router/llm-router.yaml', 'u');
    write('p/llm-router.yaml', 'p');
    const found = await find('p', { env: { XDG_CONFIG_HOME: path.join(root, 'xdg') } });
    expect(found.layers).toEqual([
      { layer: 'user', files: [file(`${root}/xdg/llm-router/llm-router.yaml`, 'u')] },
      { layer: 'project', files: [file('llm-router.yaml', 'p', `${root}/p/llm-router.yaml`)] },
    ]);
  });

  it('is taken from the home folder when the variable is relative or absent', async () => {
    write('home/.config/llm-router/a.yaml', 'u');
    mkdirSync(path.join(root, 'p'));
    const expected = [`user:${root}/home/.config/llm-router/a.yaml`];
    expect(names(await find('p', { env: { XDG_CONFIG_HOME: 'xdg' } }))).toEqual(expected);
    expect(names(await find('p'))).toEqual(expected);
    expect((await find('p')).discovered).toBe(false);
  });

  it('is not read twice from inside its own folder', async () => {
    write('home/.config/llm-router/llm-router.yaml', 'u');
    expect(names(await find('home/.config/llm-router'))).toEqual(['user:llm-router.yaml']);
  });
});

describe('named configs', () => {
  it('replace user and project, in order', async () => {
    write('home/.config/llm-router/a.yaml', 'u');
    write('p/llm-router.yaml', 'p');
    write('p/x.yml', 'x');
    write('p/conf/y.yaml', 'y');
    const found = await find('p', { explicit: ['x.yml', path.join(root, 'p/conf')] });
    expect(names(found)).toEqual(['explicit:x.yml', 'explicit:conf/y.yaml']);
    expect(found).toMatchObject({ discovered: false, searched: ['x.yml', 'conf'] });
  });

  it('come from LLM_ROUTER_CONFIG when no flag is given', async () => {
    write('p/x.yaml', 'x');
    write('p/y.yaml', 'y');
    const env = { LLM_ROUTER_CONFIG: 'x.yaml' };
    expect(names(await find('p', { env }))).toEqual(['explicit:x.yaml']);
    expect(names(await find('p', { env, explicit: ['y.yaml'] }))).toEqual(['explicit:y.yaml']);
  });

  it('with `~/` are in the home folder', async () => {
    write('home/x.yaml', 'x');
    mkdirSync(path.join(root, 'p'));
    expect(names(await find('p', { env: { LLM_ROUTER_CONFIG: '~/x.yaml' } }))).toEqual([
      `explicit:${root}/home/x.yaml`,
    ]);
  });

  it('are still read when one is missing', async () => {
    write('p/x.yaml', 'x');
    const found = await find('p', { explicit: ['no.yaml', 'x.yaml'] });
    expect(names(found)).toEqual(['explicit:x.yaml']);
    expect(found.unreadable).toEqual(['no.yaml']);
    expect(found.diagnostics).toMatchObject([
      { code: 'config/file-not-found', message: '`no.yaml` does not exist' },
    ]);
  });

  it('drop the byte order mark', async () => {
    write('p/x.yaml', '\uFEFFversion: 1');
    expect((await find('p', { explicit: ['x.yaml'] })).layers[0]?.files[0]?.text).toBe('version: 1');
  });

  it('found by searching are not read where they lead out of the project', async () => {
    write('secret.txt', 'machine example.com password hunter2-dummy : : :');
    mkdirSync(path.join(root, 'p/.git'), { recursive: true });
    for (const link of ['p/llm-router.yaml', 'p/.llm-router/a.yaml']) {
      mkdirSync(path.dirname(path.join(root, link)), { recursive: true });
      symlinkSync(path.join(root, 'secret.txt'), path.join(root, link));
      const found = await find('p');
      expect(found.layers).toEqual([]);
      expect(found.diagnostics).toMatchObject([{ code: 'config/unreadable', place: null }]);
      expect(JSON.stringify(found)).not.toContain('hunter2');
      rmSync(path.join(root, link));
    }
  });

  it('found by searching may be links inside of the project', async () => {
    mkdirSync(path.join(root, 'p/.git'), { recursive: true });
    write('p/llm-router.yaml', 'version: 1');
    mkdirSync(path.join(root, 'p/sub'));
    symlinkSync('../llm-router.yaml', path.join(root, 'p/sub/llm-router.yaml'));
    expect(names(await find('p/sub'))).toEqual(['project:llm-router.yaml']);
  });

  it('are not read from a folder with more files than a config has', async () => {
    for (let n = 0; n < 101; n++) write(`p/.llm-router/${n}.yaml`, '');
    expect((await find('p')).diagnostics).toMatchObject([
      { code: 'config/unreadable', message: '`.llm-router` cannot be read: it holds more than 100 files' },
    ]);
  });

  it('are not read from a folder whose files are larger together than a config is', async () => {
    for (const name of ['a', 'b', 'c']) write(`p/.llm-router/${name}.yaml`, `#${'x'.repeat(800_000)}`);
    const found = await find('p');
    expect(found.layers).toEqual([]);
    expect(found.diagnostics).toMatchObject([
      {
        code: 'config/file-too-large',
        message: 'the config files in `.llm-router` are larger than 2 MiB together',
      },
    ]);
  });

  (process.getuid?.() === 0 ? it : it.skip)(
    'of another user are not used unless they are trusted',
    async () => {
      mkdirSync(path.join(root, 'p/.git'), { recursive: true });
      write('p/llm-router.yaml', 'broken: [');
      mkdirSync(path.join(root, 'p/sub'));
      chownSync(path.join(root, 'p/llm-router.yaml'), 65_534, 65_534);
      const found = await find('p/sub');
      expect(found).toMatchObject({
        layers: [],
        diagnostics: [{ code: 'config/other-owner', severity: 'warning' }],
      });
      expect(names(await find('p/sub', { env: { LLM_ROUTER_TRUST: '1' } }))).toHaveLength(1);
    },
  );

  (process.getuid?.() === 0 ? it : it.skip)(
    'of another user in a folder of this one, or behind a link of this one, are an error',
    async () => {
      mkdirSync(path.join(root, 'p/.git'), { recursive: true });
      write('p/.llm-router/a.yaml', 'version: 1');
      write('p/.llm-router/theirs.yaml', 'tools: {}');
      chownSync(path.join(root, 'p/.llm-router/theirs.yaml'), 65_534, 65_534);
      const theirs = { code: 'config/other-owner', severity: 'error' };
      expect((await find('p')).diagnostics).toMatchObject([theirs]);
      mkdirSync(path.join(root, 'p/sub'));
      symlinkSync('../.llm-router/theirs.yaml', path.join(root, 'p/sub/llm-router.yaml'));
      expect((await find('p/sub')).diagnostics).toMatchObject([theirs]);
    },
  );

  it('of this user that others can write to are read, since they need trust', async () => {
    write('p/llm-router.yaml', 'version: 1');
    chmodSync(path.join(root, 'p/llm-router.yaml'), 0o666);
    expect(names(await find('p'))).toHaveLength(1);
  });

  describe('of the user', () => {
    const own = 'home/.config/llm-router/limits.yaml';
    const env = { LLM_ROUTER_TRUST: '1' };

    it.each([
      ['the file', own, 0o666],
      ['its folder', 'home/.config/llm-router', 0o777],
    ])('are an error where others can write to %s', async (_, target, mode) => {
      mkdirSync(path.join(root, 'p'));
      write(own, 'version: 1');
      chmodSync(path.join(root, target), mode);
      for (const explicit of [[], ['../p']]) {
        expect((await find('p', { explicit })).diagnostics).toContainEqual(
          expect.objectContaining({ code: 'config/other-owner', severity: 'error' }),
        );
      }
      expect(names(await find('p', { env }))).toHaveLength(1);
    });

    (process.getuid?.() === 0 ? it : it.skip)('are an error where another user owns them', async () => {
      mkdirSync(path.join(root, 'p'));
      write(own, 'version: 1');
      chownSync(path.join(root, own), 65_534, 65_534);
      expect((await find('p')).diagnostics).toMatchObject([
        { code: 'config/other-owner', severity: 'error' },
      ]);
      expect((await find('p', { env: { SUDO_UID: '65534' } })).diagnostics).toEqual([]);
    });

    it('may be links into a folder of theirs', async () => {
      mkdirSync(path.join(root, 'p'));
      write('dotfiles/router.yaml', 'version: 1');
      mkdirSync(path.dirname(path.join(root, own)), { recursive: true });
      symlinkSync(path.join(root, 'dotfiles/router.yaml'), path.join(root, own));
      expect(names(await find('p'))).toHaveLength(1);
    });
  });

  it.each([
    ['config/empty-folder', (target: string) => mkdirSync(path.join(target, 'traces'), { recursive: true })],
    ['config/not-a-file', (target: string) => execFileSync('mkfifo', [target])],
    ['config/unreadable', (target: string) => symlinkSync(target, target)],
    ['config/file-not-found', (target: string) => symlinkSync('nowhere', target)],
  ])('that cannot be used: %s', async (code, make) => {
    mkdirSync(path.join(root, 'p'));
    make(path.join(root, 'p/x.yaml'));
    const found = await find('p', { explicit: ['x.yaml'] });
    expect(found.diagnostics).toMatchObject([{ code, severity: 'error', place: null }]);
    expect(found.unreadable).toEqual(['x.yaml']);
    expect(found.layers).toEqual([]);
  });

  it.each([
    ['config/file-too-large', Buffer.from(`#${'x'.repeat(1024 * 1024)}`), 1, 1],
    ['config/not-utf8', Buffer.from('é: 1\na: \xfc', 'latin1'), 1, 1],
    ['config/not-utf8', Buffer.concat([Buffer.from('é: 1\né: '), Buffer.from([0xfc, 0x0a])]), 2, 4],
    ['config/not-utf8', Buffer.from([0x61, 0xe2, 0x82]), 1, 2],
    ['config/not-utf8', Buffer.from('\uFEFFa: 1', 'utf16le'), 1, 1],
  ])('that were read and hold no usable text have a place: %s', async (code, bytes, line, column) => {
    mkdirSync(path.join(root, 'p'));
    writeFileSync(path.join(root, 'p/x.yaml'), bytes);
    const found = await find('p', { explicit: ['x.yaml'] });
    expect(found.diagnostics).toMatchObject([{ code, place: { file: 'x.yaml', line, column } }]);
    expect(found).toMatchObject({ layers: [], unreadable: [] });
  });

  it('of exactly 1 MiB are read', async () => {
    write('p/x.yaml', '#'.repeat(1024 * 1024));
    expect(names(await find('p', { explicit: ['x.yaml'] }))).toEqual(['explicit:x.yaml']);
  });

  const isRoot = process.getuid?.() === 0;
  (isRoot ? it.skip : it)('without permission are unreadable', async () => {
    write('p/x.yaml', 'x');
    chmodSync(path.join(root, 'p/x.yaml'), 0);
    expect((await find('p', { explicit: ['x.yaml'] })).diagnostics).toMatchObject([
      { code: 'config/unreadable' },
    ]);
  });
});

function write(name: string, text: string): void {
  const target = path.join(root, name);
  mkdirSync(path.dirname(target), { recursive: true });
  writeFileSync(target, text);
}

function find(cwd: string, more: { explicit?: string[]; env?: Record<string, string> } = {}) {
  const { explicit = [], env = {} } = more;
  return findConfig({ explicit, env, cwd: path.join(root, cwd), home: path.join(root, 'home') });
}

function names(found: Awaited<ReturnType<typeof findConfig>>): string[] {
  return found.layers.flatMap(({ layer, files }) => files.map((one) => `${layer}:${one.file}`));
}

function file(shown: string, text: string, target = shown) {
  return { file: shown, path: target, text };
}
