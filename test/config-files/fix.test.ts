import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { fixFiles } from '../../src/config-files/fix.js';
import { loadConfigFiles } from '../../src/config-files/load.js';

let root = '';

beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'llm-router-fix-'));
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

const WRONG = '\uFEFFversion: 1\r\n# 日本 🙂\r\nagents:\r\n  a: { prefered_tool: codx }   # keep\r\n';
const MENDED = '\uFEFFversion: 1\r\n# 日本 🙂\r\nagents:\r\n  a: { preferred_tool: codex }   # keep\r\n';

describe('fixFiles', () => {
  it('keeps byte order mark, line ends, comments and mode of a changed file', async () => {
    const file = write('c.yaml', WRONG);
    chmodSync(file, 0o640);
    expect(await mendAll(file)).toEqual([]);
    expect(readFileSync(file, 'utf8')).toBe(MENDED);
    expect(statSync(file).mode & 0o777).toBe(0o640);
    expect(readdirSync(root)).toEqual(['c.yaml']);
  });

  it('writes to the target of a link', async () => {
    mkdirSync(path.join(root, 'real'));
    write('real/c.yaml', WRONG);
    symlinkSync('real/c.yaml', path.join(root, 'link.yaml'));
    await mendAll(path.join(root, 'link.yaml'));
    expect(lstatSync(path.join(root, 'link.yaml')).isSymbolicLink()).toBe(true);
    expect(readFileSync(path.join(root, 'real/c.yaml'), 'utf8')).toBe(MENDED);
  });

  it('fixes every file of a folder', async () => {
    write('c/a.yaml', 'version: 1\nagents: { a: { acess: read } }\n');
    write('c/b.yaml', 'agents: { b: { preferred_tool: codx } }\n');
    await mendAll(path.join(root, 'c'));
    expect(readFileSync(path.join(root, 'c/a.yaml'), 'utf8')).toContain('{ access: read }');
    expect(readFileSync(path.join(root, 'c/b.yaml'), 'utf8')).toContain('preferred_tool: codex');
  });

  it('does not write a file that changed after it was read', async () => {
    const file = write('c.yaml', WRONG);
    const loaded = await load(file);
    writeFileSync(file, 'something else');
    const fixed = await fixFiles(loaded.files, loaded.diagnostics);
    expect(fixed.mended).toEqual([]);
    expect(fixed.trouble).toEqual([expect.stringContaining('was changed meanwhile')]);
    expect(readFileSync(file, 'utf8')).toBe('something else');
  });

  it('reports why a file cannot be written', async () => {
    const file = write('c.yaml', WRONG);
    const loaded = await load(file);
    rmSync(file);
    const fixed = await fixFiles(loaded.files, loaded.diagnostics);
    expect(fixed.trouble).toEqual([expect.stringMatching(/cannot be written: .*ENOENT/)]);
  });
});

async function mendAll(target: string): Promise<string[]> {
  const trouble: string[] = [];
  for (let round = 0; round < 5; round++) {
    const loaded = await load(target);
    trouble.push(...(await fixFiles(loaded.files, loaded.diagnostics)).trouble);
  }
  return trouble;
}

function load(target: string) {
  return loadConfigFiles({ explicit: [target], env: {}, cwd: root, home: path.join(root, 'home') });
}

function write(name: string, text: string): string {
  const target = path.join(root, name);
  mkdirSync(path.dirname(target), { recursive: true });
  writeFileSync(target, text);
  return target;
}
