import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { runInProcess } from '../rig/in-process.js';

let root = '';
beforeEach(() => {
  root = realpathSync(mkdtempSync(path.join(tmpdir(), 'llm-question-')));
  mkdirSync(path.join(root, '.git'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

describe('the question of trust, on a terminal', () => {
  it('is asked before a run, and its yes lets the run go on', async () => {
    write('one');
    const run = await exec(async () => 'y');
    expect(run).toMatchObject({ code: 0, stdout: 'one\n' });
    expect(run.stderr).toContain(`Trust ${root}? [y/N] `);
  });

  it('is about the config that it shows: one that is changed meanwhile does not run', async () => {
    write('one');
    const run = await exec(async () => {
      write('two');
      return 'y';
    });
    expect(run).toMatchObject({ code: 77, stdout: '' });
    expect(run.stderr).toContain('the config was changed while the question about it was open');
  });

  it('says how many lines it has where they do not fit a screen', async () => {
    write('one', Array.from({ length: 30 }, (_, n) => `m${n}: { provider: p }`).join(', '));
    const { stderr } = await exec(async () => 'n');
    expect(stderr).toContain(`Trust ${root}, with all 34 lines above? [y/N] `);
  });
});

function write(answer: string, models = ''): void {
  const tool = `{ kind: mock, responses: [{ text: ${answer} }] }`;
  const agent = '{ preferred_tool: canned }';
  writeFileSync(
    path.join(root, 'llm-router.yaml'),
    `version: 1\ndefault_agent: a\nagents: { a: ${agent} }\ntools: { canned: ${tool} }\nmodels: { ${models} }\n`,
  );
}

function exec(readLine: () => Promise<string>) {
  return runInProcess(['exec', 'hi'], { root, columns: 80, readLine });
}
