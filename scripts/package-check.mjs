// Packs this repository and uses the package as a stranger would: installed into an empty folder, with a home of its own, on each Node
// that is supported, which npm brings. `npm run build:lib` comes first. Given versions of Node are tried instead: `package-check.mjs 22 24`.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
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
import { fileURLToPath } from 'node:url';
import { output, useAsStranger } from './stranger.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const VERSIONS = ['20.19', '22', '24', '26'];

/** More than is needed, so that a dependency that slips in is noticed. */
const MOST_PACKAGES = 6;
const MOST_MIB = 10;

const PROGRAM = `import { createRouter, loadConfig, type RouterOptions } from 'llm-router-cli';
const options: RouterOptions = { traces: null };
const router = createRouter(await loadConfig(), options);
const { text } = await router.complete({ agent: 'me', prompt: 'hello' });
process.stdout.write(text ?? 'no answer');
`;

const { NODE_EXTRA_CA_CERTS: certificates, NODE_OPTIONS: _options, ...env } = process.env;
const folder = mkdtempSync(path.join(tmpdir(), 'llm-package-check-'));
const versions = process.argv.length > 2 ? process.argv.slice(2) : VERSIONS;
try {
  install();
  checkSize();
  checkTypes();
  for (const version of versions) checkOn(version);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function install() {
  npm(root, 'pack', '--ignore-scripts', '--silent', '--pack-destination', folder);
  const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz'));
  writeIn('project/package.json', '{ "private": true, "type": "module" }');
  npm(path.join(folder, 'project'), 'install', '--no-audit', path.join(folder, tarball));
  const ofNode = versions.map((one) => `node${one}@npm:node-${process.platform}-${process.arch}@${one}`);
  writeIn('nodes/package.json', '{ "private": true }');
  npm(path.join(folder, 'nodes'), 'install', '--no-audit', '--ignore-scripts', ...ofNode);
}

function npm(cwd, ...args) {
  const own = certificates === undefined ? env : { ...env, NODE_EXTRA_CA_CERTS: certificates };
  execFileSync('npm', args, { cwd, env: own, stdio: ['ignore', 'ignore', 'inherit'] });
}

function writeIn(name, text) {
  const file = path.join(folder, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}

function checkSize() {
  const modules = path.join(folder, 'project', 'node_modules');
  const { packages } = JSON.parse(readFileSync(path.join(modules, '.package-lock.json'), 'utf8'));
  const names = Object.keys(packages);
  const own = bytesIn(path.join(modules, 'llm-router-cli'));
  process.stdout.write(
    `installed: ${names.length} packages, ${mib(bytesIn(modules))} MiB, ${mib(own)} MiB of it ours\n`,
  );
  assert.ok(names.length <= MOST_PACKAGES, `${names.length} packages: ${names.join(', ')}`);
  assert.ok(own < MOST_MIB * 2 ** 20, `the package has ${mib(own)} MiB`);
}

function bytesIn(place) {
  const entries = readdirSync(place, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return files.reduce((sum, file) => sum + statSync(path.join(file.parentPath, file.name)).size, 0);
}

function mib(bytes) {
  return (bytes / 2 ** 20).toFixed(1);
}

/** Compiles a program that uses the library, with types that it declares itself; `checkOn` runs it. */
function checkTypes() {
  writeIn('project/use.ts', `declare const process: { stdout: { write(text: string): void } };\n${PROGRAM}`);
  const compilerOptions = { target: 'ES2023', lib: ['ES2023'], module: 'NodeNext', strict: true, types: [] };
  writeIn('project/tsconfig.json', JSON.stringify({ compilerOptions, files: ['use.ts'] }));
  const tsc = path.join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  execFileSync(process.execPath, [tsc, '-p', path.join(folder, 'project')], { stdio: 'inherit' });
  process.stdout.write('types of the library: ok\n');
}

function checkOn(version) {
  const name = `node${version}`;
  const node = path.join(folder, 'nodes', 'node_modules', name, 'bin', 'node');
  const project = path.join(folder, 'project');
  writeIn(`${name}/bin/README`, 'in PATH');
  symlinkSync(node, path.join(folder, name, 'bin', 'node'));
  const own = {
    PATH: `${path.join(folder, name, 'bin')}:/usr/bin:/bin`,
    HOME: path.join(folder, name),
    LLM_ROUTER_TRUST: '1',
  };
  let kept = [];
  useAsStranger({
    folder: project,
    env: own,
    program: [node, 'node_modules/llm-router-cli/bin/llm-router.cjs'],
    between: () => {
      kept = compiledCode(node);
      assert.ok(kept.length > 0, 'no compiled code was kept');
    },
  });
  // Code that V8 refuses is written anew.
  assert.deepEqual(compiledCode(node), kept);
  const library = { ...own, XDG_DATA_HOME: path.join(folder, name, 'library') };
  assert.deepEqual(output([node, 'use.js'], { folder: project, env: library }), {
    status: 0,
    stdout: 'hi',
    stderr: '',
  });
  const { stdout } = output([node, '--version'], { folder: project, env: own });
  process.stdout.write(`Node ${stdout.trim()}: ok, compiled code of ${kept.length} files\n`);
}

/** The files with code for this Node, each with the number that a new one would not have. */
function compiledCode(node) {
  const v8 = execFileSync(node, ['-p', 'process.versions.v8'], { encoding: 'utf8' }).trim();
  const dist = path.join(folder, 'project', 'node_modules', 'llm-router-cli', 'dist');
  const names = readdirSync(dist).filter((name) => name.includes(`.${v8}-`) && /^(cli|ledger)/.test(name));
  return names.map((name) => `${name} ${statSync(path.join(dist, name)).ino}`);
}
