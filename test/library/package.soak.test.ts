import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { ROOT } from '../architecture/imports.js';

const PACKAGES = path.join(ROOT, 'node_modules');
const EXAMPLES = readdirSync(path.join(ROOT, 'examples')).filter((name) => name.endsWith('.ts'));
let project = '';

/** Packs this repository and puts the package into a new project; what it depends on is linked, so that no network is needed. */
beforeAll(() => {
  project = mkdtempSync(path.join(tmpdir(), 'llm-package-'));
  const modules = path.join(project, 'node_modules');
  run(process.execPath, ['scripts/library.mjs'], ROOT);
  run('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', project], ROOT);
  const [tarball = ''] = readdirSync(project).filter((name) => name.endsWith('.tgz'));
  mkdirSync(modules);
  run('tar', ['-xzf', path.join(project, tarball)], project);
  cpSync(path.join(project, 'package'), path.join(modules, 'llm-router-cli'), { recursive: true });
  const { dependencies, optionalDependencies } = JSON.parse(
    readFileSync(path.join(ROOT, 'package.json'), 'utf8'),
  );
  expect([dependencies, Object.keys(optionalDependencies)]).toEqual([undefined, ['libsql']]);
  const needed = ['libsql', 'express', '@types/express', '@types/node'];
  for (const name of needed) {
    mkdirSync(path.dirname(path.join(modules, name)), { recursive: true });
    symlinkSync(path.join(PACKAGES, name), path.join(modules, name));
  }
  writeFileSync(path.join(project, 'package.json'), '{ "type": "module" }');
  writeFileSync(
    path.join(project, 'router.yaml'),
    `version: 1
default_agent: me
agents: { me: { preferred_tool: canned, preferred_model: m } }
tools:
  canned:
    kind: mock
    billing: api
    models: [m]
    responses: [{ text: '1, 2, 3', deltas: ['1, ', '2, ', '3'], usage: { input_tokens: 4, output_tokens: 6 } }]
  shout: { kind: custom, billing: free }
models: { m: { id: m, max_output_tokens: 1000, cost_per_1m_tokens: { input: 1, output: 400 } } }
policies: { default: { budget: { daily_usd: 0.404, limit: { type: hard } } } }
`,
  );
}, 120_000);
afterAll(() => rmSync(project, { recursive: true, force: true }));

jest.setTimeout(600_000);

function run(program: string, args: string[], cwd: string): string {
  return execFileSync(program, args, { cwd, encoding: 'utf8', env: envOf('build') });
}

/** A home of its own for each program. */
function envOf(name: string): NodeJS.ProcessEnv {
  const { NODE_OPTIONS: _jest, ...env } = process.env;
  const home = path.join(project, 'homes', name);
  mkdirSync(home, { recursive: true });
  return { ...env, HOME: home, XDG_STATE_HOME: home, XDG_DATA_HOME: home, XDG_CONFIG_HOME: home, PORT: '0' };
}

/** Checks and compiles files of the project; returns the errors. */
function compile(files: readonly string[], options: object): string {
  const compilerOptions = {
    target: 'ES2023',
    module: 'NodeNext',
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: false,
    ...options,
  };
  writeFileSync(path.join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }));
  try {
    return run(path.join(PACKAGES, '.bin/tsc'), ['-p', '.'], project);
  } catch (error) {
    return String((error as { stdout?: string }).stdout ?? error);
  }
}

describe('the packed package', () => {
  it('has types that need neither those of Node nor those of browsers', () => {
    writeFileSync(
      path.join(project, 'bare.ts'),
      `import { createRouter, loadConfig, type RouterOptions } from 'llm-router-cli';
const options: RouterOptions = { traces: '/tmp/traces', route: (all) => all };
const router = createRouter(await loadConfig(), options);
export const { text } = await router.complete({ prompt: 'x', agent: undefined });
`,
    );
    expect(compile(['bare.ts'], { lib: ['ES2023'], types: [], noEmit: true })).toBe('');
  });

  it('compiles and runs its examples', async () => {
    for (const name of EXAMPLES) cpSync(path.join(ROOT, 'examples', name), path.join(project, name));
    // Types of other packages are not ours to check.
    expect(compile(EXAMPLES, { types: ['node'], skipLibCheck: true })).toBe('');
    const outputOf = (name: string): string =>
      execFileSync(process.execPath, [`${name}.js`, 'router.yaml'], {
        cwd: project,
        encoding: 'utf8',
        env: envOf(name),
      });
    expect(outputOf('completion')).toBe('canned answered at attempt 1: 1, 2, 3\n');
    expect(outputOf('streaming')).toBe('1, 2, 3\n[succeeded, 6 tokens]\n');
    expect(outputOf('own-adapter')).toBe('HELLO THERE \n');
    expect(outputOf('budget')).toMatch(
      /^first: 0.002404 USD\nsecond: 0.002404 USD\nthird: stopped by the budget .*\n20 tokens\n$/,
    );
    await askExpress();
  });
});

/** Asks the example once, then ends it as an operator does. */
async function askExpress(): Promise<void> {
  const server = spawn(process.execPath, ['express.js', 'router.yaml'], {
    cwd: project,
    env: envOf('express'),
  });
  try {
    const [line] = await once(createInterface(server.stdout), 'line');
    const port = /"port":(\d+)/.exec(String(line))?.[1];
    const ask = (body: object) =>
      fetch(`http://127.0.0.1:${port}/ask`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', connection: 'close' },
        body: JSON.stringify(body),
      });
    const text = await (await ask({ prompt: 'hi' })).text();
    expect(text).toMatch(
      /^event: invocation.started\n.*event: output.delta\n.*event: invocation.finished\n/s,
    );
    const refused = await ask({ prompt: 'hi', agent: 'nobody' });
    expect([refused.status, await refused.json()]).toEqual([
      400,
      { error: expect.objectContaining({ type: 'usage', message: 'unknown agent `nobody`' }) },
    ]);
    server.kill('SIGTERM');
    expect(await once(server, 'exit')).toEqual([0, null]);
  } finally {
    server.kill('SIGKILL');
  }
}
