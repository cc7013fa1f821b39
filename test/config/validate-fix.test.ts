import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { runInProcess } from '../rig/in-process.js';

let root = '';

beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'llm-router-validate-'));
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

const WRONG = `version: 1
# who does what
agents:
  reviewer:
    prefered_tool: claud-code   # misspelt twice
    fallback_chain: [codex, opus, codex]
    timeout: soon
`;

describe('config validate --fix', () => {
  it('changes the file, and reports what it changed and what is left', async () => {
    const file = write(WRONG);
    const { code, stdout, stderr } = await validate([file, '--fix']);
    expect(readFileSync(file, 'utf8')).toBe(
      WRONG.replace('prefered_tool: claud-code', 'preferred_tool: claude-code').replace(', codex]', ']'),
    );
    expect(stderr.split('\n').filter((line) => line.startsWith('fixed: '))).toEqual([
      'fixed: c.yaml:5:5: unknown key `prefered_tool` in agent `reviewer`: write `preferred_tool`',
      'fixed: c.yaml:6:35: fallback `codex` of agent `reviewer` is already in its chain: remove it',
      'fixed: c.yaml:5:21: unknown tool `claud-code` in agent `reviewer`: write `claude-code`',
    ]);
    expect(stdout).toContain('c.yaml:7:14: error: `timeout` of agent `reviewer` cannot be used');
    expect(stdout).not.toContain('unknown');
    expect(code).toBe(1);
  });

  it('ends with 0 when nothing is left, and changes nothing the second time', async () => {
    const file = write(WRONG.replace('soon', '10m'));
    expect((await validate([file, '--fix'])).code).toBe(0);
    const mended = readFileSync(file, 'utf8');
    const again = await validate([file, '--fix']);
    expect(again).toMatchObject({ code: 0, stderr: '' });
    expect(readFileSync(file, 'utf8')).toBe(mended);
  });

  it('writes only the document to stdout', async () => {
    const file = write(WRONG);
    const { stdout } = await validate([file, '--fix', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({ errors: 1, diagnostics: [{ line: 7, fix: null }] });
  });

  it('when omitted changes nothing, and the fixes are in the document', async () => {
    const file = write(WRONG);
    const { stdout } = await validate([file, '--json']);
    expect(readFileSync(file, 'utf8')).toBe(WRONG);
    const { diagnostics } = JSON.parse(stdout) as { diagnostics: { fix: { text: string } | null }[] };
    expect(diagnostics.map(({ fix }) => fix?.text ?? null)).toEqual(['preferred_tool', '', null]);
  });

  it('never shows an API key of the config', async () => {
    const file = write(
      "version: 1\ntools: {t: {binary: t, args: [], env_vars: {T_KEY: 'hunter2-hunter2'}}}\n",
    );
    const { stdout, stderr } = await validate([file]);
    expect(stdout).toContain('[config/secret-in-config]');
    expect(stdout + stderr).not.toContain('hunter2');
  });

  it('warns of a variable that is not set', async () => {
    const file = write('version: 1\ntools: {t: {binary: t, args: [], env_required: [T_URL]}}\n');
    expect((await validate([file])).stdout).toContain('[config/undefined-env]');
    expect((await validate([file, '--strict'])).code).toBe(1);
    expect((await validate([file, '--strict'], { T_URL: 'x' })).code).toBe(0);
  });

  it('does not call a config valid that is in no file, if that is an error', async () => {
    expect(await validate([])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^info: no config[\s\S]*^Configuration valid: /m),
    });
    const strict = await validate(['--strict']);
    expect([strict.code, strict.stderr]).toEqual([1, '\n1 error, 0 warnings\n']);
    expect(strict.stdout).toMatch(/^error: no config file was found/);
    expect(strict.stdout).not.toContain('Configuration valid');
  });
});

function write(text: string): string {
  const file = path.join(root, 'c.yaml');
  writeFileSync(file, text);
  return file;
}

function validate(args: readonly string[], env: Record<string, string> = {}) {
  return runInProcess(['config', 'validate', ...args], { root, env });
}
