// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are the references of a configuration
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { childEnvironment } from '../../../src/adapters/command/environment.js';
import { placesIn } from '../../../src/adapters/command/placeholder-values.js';
import { commandLine } from '../../../src/adapters/command/values.js';
import { translationOf } from '../../../src/adapters/command/windows.js';
import { drivesFolder, translationFor, type Wsl } from '../../../src/adapters/command/wsl.js';
import { NO_FAMILY } from '../../../src/domain/family.js';
import { anyText } from '../../any-text.js';
import { taskOf, toolOf } from './samples.js';

const WSL = { distribution: 'Ubuntu-24.04', drives: '/mnt/' };
const ROOT = { ...WSL, drives: '/' };

const toWindows = (path: string, wsl: Wsl) => translationFor(wsl).toWindows(path);

/** The path here of a file that a program of Windows has changed by this one. */
function toLinux(path: string, wsl: Wsl): string {
  const event = translationFor(wsl).toLocal({ type: 'activity', name: path, changedFile: true });
  if (event.type !== 'activity') throw new Error('it is another event');
  return event.name;
}

describe('paths between WSL and Windows', () => {
  it.each([
    ['/mnt/c/Users/me/a b/x.txt', 'C:\\Users\\me\\a b\\x.txt'],
    ['/mnt/c', 'C:\\'],
    ['/mnt/d/', 'D:\\'],
    ['/home/me/a b', '\\\\wsl.localhost\\Ubuntu-24.04\\home\\me\\a b'],
    ['/', '\\\\wsl.localhost\\Ubuntu-24.04\\'],
    ['/mnt/wsl/share', '\\\\wsl.localhost\\Ubuntu-24.04\\mnt\\wsl\\share'],
    ['/mnt', '\\\\wsl.localhost\\Ubuntu-24.04\\mnt'],
    ['/home/a:b?\\"', '\\\\wsl.localhost\\Ubuntu-24.04\\home\\a\uf03ab\uf03f\uf05c\uf022'],
    ['/mnt/c/ä ü/日本', 'C:\\ä ü\\日本'],
  ])('%s is %s, and back', (linux, windows) => {
    expect(toWindows(linux, WSL)).toBe(windows);
    expect(toLinux(windows, WSL)).toBe(linux === '/mnt/c' ? '/mnt/c/' : linux);
  });

  it.each([
    ['C:/Users/me\\x', '/mnt/c/Users/me/x'],
    ['c:\\x', '/mnt/c/x'],
    ['\\\\wsl$\\ubuntu-24.04\\home\\me', '/home/me'],
    ['//wsl.localhost/Ubuntu-24.04/home/me', '/home/me'],
    ['\\\\wsl.localhost\\Ubuntu-24.04', '/'],
    ['\\\\?\\C:\\long\\x', '/mnt/c/long/x'],
    ['\\\\?\\UNC\\wsl.localhost\\Ubuntu-24.04\\home', '/home'],
  ])('%s is %s', (windows, linux) => {
    expect(toLinux(windows, WSL)).toBe(linux);
  });

  it.each([
    '\\\\wsl$\\Debian\\home',
    '\\\\server\\share\\x',
    'C:relative',
    'src\\a.ts',
    '\\rooted',
    '/home/me',
    '',
  ])('%j names no file here, and stays as it is', (windows) => {
    expect(toLinux(windows, WSL)).toBe(windows);
  });

  it('a path that is not absolute stays as it is', () => {
    expect(toWindows('<temp>/prompt.txt', WSL)).toBe('<temp>/prompt.txt');
  });

  it('every path leads back to its file, wherever the drives are', () => {
    const name = anyText().filter((text) => text !== '' && !/[/\0\uf000-\uf0ff]/.test(text));
    const path = fc.array(name).map((names) => `/${names.join('/')}`);
    fc.assert(
      fc.property(path, fc.constantFrom(WSL, ROOT), (linux, wsl) => {
        const back = toLinux(toWindows(linux, wsl), wsl);
        // Drives have no case, and their root is a folder.
        const isDrive = toWindows(linux, wsl).startsWith('\\\\') === false;
        expect(isDrive ? back.toLowerCase().replace(/\/$/, '') : back).toBe(
          isDrive ? linux.toLowerCase() : linux,
        );
      }),
    );
  });

  it.each([
    ['', '/mnt/'],
    ['[automount]\nroot = /\n', '/'],
    ['[automount]\nenabled = true\nroot = /windir # drives\n[user]\nroot = /no\n', '/windir/'],
    ['[network]\nroot = /no\n', '/mnt/'],
    ['[Automount]\r\nroot="/my drives/"\r\n', '/my drives/'],
    ['[automount]\nroot = relative\n#root = /no\n', '/mnt/'],
  ])('wsl.conf %j has the drives in %s', (conf, folder) => {
    expect(drivesFolder(conf)).toBe(folder);
  });
});

describe('a program of Windows in WSL', () => {
  const env = { WSL_DISTRO_NAME: 'Ubuntu-24.04', PATH: '/usr/bin', KEY: 'k', WSLENV: 'WT_SESSION:KEY/w' };
  const host = { env, platform: 'linux' as const };
  const translation = translationFor(WSL);

  it.each([
    ['/mnt/c/bot.exe', host, true],
    ['/mnt/c/bot.CMD', host, true],
    ['/usr/bin/bot', host, false],
    ['/opt/bot.exe', { ...host, env: {} }, false],
    ['C:\\bot.exe', { ...host, platform: 'win32' as const }, false],
  ])('is known by its name, and only there: %s', async (program, where, expected) => {
    expect((await translationOf(program, where)) !== null).toBe(expected);
  });

  it('gets its folder and files by its own paths, in arguments and variables', () => {
    const tool = toolOf(['--cd', '{cwd}', '--file={prompt_file}', '{output_file}'], {
      prompt: 'argument',
      envTemplate: { STATE: [{ placeholder: 'private_dir' }] } as never,
    });
    const where = {
      places: placesIn('/tmp/run 1'),
      platform: 'linux' as const,
      gatewayUrl: null,
      env,
      translation,
    };
    const task = taskOf(tool, { cwd: '/mnt/c/src/my app', binaryPath: '/mnt/c/bot.exe' });
    const line = commandLine(task, where);
    expect(line).toMatchObject({
      ok: true,
      value: {
        argv: [
          '/mnt/c/bot.exe',
          '--cd',
          'C:\\src\\my app',
          '--file=\\\\wsl.localhost\\Ubuntu-24.04\\tmp\\run 1\\prompt.txt',
          '\\\\wsl.localhost\\Ubuntu-24.04\\tmp\\run 1\\output.txt',
        ],
      },
    });
    const own = commandLine({ ...task, promptFile: '/mnt/d/ask.md' }, where);
    expect(own).toMatchObject({ ok: true, value: { argv: expect.arrayContaining(['--file=D:\\ask.md']) } });
  });

  it('gets the variables that are meant for it, and no others of Linux', () => {
    const tool = toolOf([], {
      envVars: { TOKEN: { value: '${KEY}', at: null } },
      envInherit: 'all',
      apiKeyEnv: ['KEY', 'UNSET'],
    });
    const given = {
      env,
      variables: { STATE: 'C:\\x' },
      traceparent: 'tp',
      tmpDir: '/tmp/run 1',
      slots: [],
      isLocal: false,
      family: NO_FAMILY,
      translation,
    };
    const { WSLENV = '' } = childEnvironment(taskOf(tool), given);
    expect(WSLENV.split(':')).toEqual(
      expect.arrayContaining(['WT_SESSION', 'KEY/w', 'TOKEN', 'STATE', 'TRACEPARENT', 'LLM_ROUTER_DEPTH']),
    );
    for (const name of ['PATH', 'KEY', 'UNSET', 'TMPDIR']) expect(WSLENV.split(':')).not.toContain(name);
    expect(translation.sharing(undefined, ['A', 'B'])).toBe('A:B');
  });

  it('names the files that it changes by its own paths', () => {
    const event = { type: 'activity' as const, name: 'C:\\src\\a.ts', changedFile: true };
    expect(translation.toLocal(event)).toEqual({ ...event, name: '/mnt/c/src/a.ts' });
    for (const other of [
      { ...event, name: 'src\\a.ts' },
      { ...event, changedFile: false },
    ])
      expect(translation.toLocal(other)).toEqual(other);
  });
});
