import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';

const root = path.resolve(import.meta.dirname, '../..');
const NAME = `cli.cjs.${process.versions.v8}-${process.arch}.cache`;
const EXEC = ['exec', '--tool', 'mock', '--no-stdin', 'hello'];
/** Prints the sentence that the tests change. */
const HELP = ['--help'];
const SENTENCE = 'Routes work for named agents';

const made: string[] = [];
let folder: string;
let home: string;
let kept: string;

/** A copy of the package as it is installed: without compiled code. */
beforeEach(() => {
  folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'llm-router-package-')));
  made.push(folder);
  home = path.join(folder, 'home');
  kept = path.join(folder, 'dist', NAME);
  mkdirSync(home);
  cpSync(path.join(root, 'bin'), path.join(folder, 'bin'), { recursive: true });
  cpSync(path.join(root, 'dist'), path.join(folder, 'dist'), {
    recursive: true,
    filter: (file) => !file.endsWith('.cache'),
  });
  cpSync(path.join(root, 'package.json'), path.join(folder, 'package.json'));
  symlinkSync(path.join(root, 'node_modules'), path.join(folder, 'node_modules'));
});

afterAll(() => {
  for (const one of made) rmSync(one, { recursive: true, force: true });
});

function run(
  args: readonly string[],
  options: { uid?: number; cwd?: string; env?: Record<string, string> } = {},
): string {
  return execFileSync(process.execPath, [path.join(folder, 'bin/llm-router.cjs'), ...args], {
    cwd: options.cwd ?? home,
    env: { HOME: home, ...options.env },
    encoding: 'utf8',
    ...(options.uid === undefined ? {} : { uid: options.uid, gid: options.uid }),
  });
}

function keptIn(where: string): string[] {
  return readdirSync(where, { recursive: true, encoding: 'utf8' }).filter((name) =>
    /^cli\.cjs\..*(cache|part)$/.test(path.basename(name)),
  );
}

/** Whether V8 takes what was kept, in a run that keeps it again where not. */
function isUsed(): boolean {
  const hook = path.join(folder, 'hook.cjs');
  const log = path.join(folder, 'rejected.json');
  writeFileSync(
    hook,
    `const vm = require('node:vm'); const { Script } = vm; const rejected = [];
    vm.Script = class extends Script { constructor(...a) { super(...a); rejected.push(this.cachedDataRejected); } };
    process.execArgv.length = 0;
    process.on('exit', () => require('node:fs').writeFileSync(${JSON.stringify(log)}, JSON.stringify(rejected)));`,
  );
  execFileSync(process.execPath, ['--require', hook, path.join(folder, 'bin/llm-router.cjs'), ...HELP], {
    env: { HOME: home },
  });
  const rejected = JSON.parse(readFileSync(log, 'utf8')) as (boolean | null)[];
  return rejected.length > 0 && rejected.every((one) => one === false);
}

/** Changes the source without changing its length, which is all that V8 looks at. */
function editSource(): void {
  const dist = path.join(folder, 'dist');
  const files = readdirSync(dist).filter((name) => name.endsWith('.cjs'));
  const edited = files.filter((name) => {
    const source = readFileSync(path.join(dist, name), 'utf8');
    if (!source.includes(SENTENCE)) return false;
    writeFileSync(path.join(dist, name), source.replace(SENTENCE, SENTENCE.toUpperCase()));
    return true;
  });
  expect(edited).toHaveLength(1);
}

describe('compiled code', () => {
  it('is kept beside the bundle by the first run, and used by the next', () => {
    run(HELP);
    expect(keptIn(path.join(folder, 'dist'))).toEqual([NAME]);
    const first = statSync(kept);
    run(EXEC);
    const second = statSync(kept);
    // A task compiles more than another command.
    expect(second.size).toBeGreaterThan(first.size);
    expect(isUsed()).toBe(true);
    run(HELP);
    run(EXEC);
    expect(statSync(kept).ino).toBe(second.ino);
  });

  it('belongs to one source alone, not to any of the same length', () => {
    run(HELP);
    editSource();
    expect(run(HELP)).toContain(SENTENCE.toUpperCase());
    expect(isUsed()).toBe(true);
  });

  it('that is cut or damaged, or that others may change, is not used', () => {
    run(HELP);
    const whole = readFileSync(kept);
    const flipped = whole.map((byte, index) => (index === 5000 ? byte ^ 0xff : byte));
    for (const broken of [whole.subarray(0, 40), whole.subarray(0, -100), flipped, Buffer.alloc(0)]) {
      writeFileSync(kept, broken);
      expect(isUsed()).toBe(false);
    }
    run(HELP);
    expect(isUsed()).toBe(true);
    chmodSync(kept, 0o666);
    expect(isUsed()).toBe(false);
  });

  const asRoot = process.getuid?.() === 0 ? it : it.skip;

  asRoot('of a user who is neither this one nor the owner of the program is not used', () => {
    run(HELP);
    chownSync(kept, 65534, 65534);
    expect(isUsed()).toBe(false);
  });

  asRoot('goes to the cache folder of a user who cannot write to the package', () => {
    chmodSync(folder, 0o755);
    chownSync(home, 65534, 65534);
    run(HELP, { uid: 65534 });
    expect(keptIn(path.join(folder, 'dist'))).toEqual([]);
    expect(keptIn(home)).toEqual([path.join('.cache/llm-router', NAME)]);
  });

  asRoot('is not kept, and no run fails, where nothing can be written', () => {
    chmodSync(folder, 0o755);
    chmodSync(home, 0o700);
    expect(run(HELP, { uid: 65534, cwd: '/' })).toContain(SENTENCE);
    expect(keptIn(folder)).toEqual([]);
  });

  it('is not kept by a run with flags of its own, which would make it useless for others', () => {
    run(HELP, { env: { NODE_OPTIONS: '--no-warnings' } });
    expect(keptIn(folder)).toEqual([]);
  });
});
