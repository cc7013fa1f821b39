// Programs of the npm registry that are measured beside ours: no dependencies of this package. They are kept in node_modules/.cache, so
// that only the first run waits for npm.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const kept = path.join(root, 'node_modules', '.cache', 'llm-router-bench');
const INSTALL_LIMIT_MS = 180_000;

/** Exact versions, so that two runs measure the same. */
export const PEERS = {
  openai: 'openai@6.49.0',
  acpx: 'acpx@0.19.1',
  'claude-code-router': '@musistudio/claude-code-router@2.0.0',
  // Later versions are native, and the registry has the native parts of some only.
  ccusage: 'ccusage@18.0.11',
  portkey: '@portkey-ai/gateway@1.15.2',
};

/**
 * Versions of packages below them, where the newest ones that they allow do not work: with @hono/node-server 1.14.2 and later the gateway of
 * Portkey answers streams with 500, on Node 20, 22 and 24 (https://github.com/Portkey-AI/gateway/issues/1389).
 */
const OVERRIDES = { '@portkey-ai/gateway': { '@hono/node-server': '1.13.7' } };

/** `{ folder, version }` of an installed package, or `{ why }` it cannot be had. */
export function installed(wanted) {
  const name = wanted.slice(0, wanted.lastIndexOf('@'));
  const overrides = OVERRIDES[name] ?? {};
  const pinned = Object.entries(overrides).map(([below, version]) => `-${below}@${version}`);
  const at = path.join(kept, [wanted, ...pinned].join('').replaceAll('/', '+'));
  const folder = path.join(at, 'node_modules', name);
  try {
    if (!existsSync(path.join(at, 'complete'))) install(wanted, { at, overrides });
    const { version } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
    return { folder, version };
  } catch (error) {
    rmSync(at, { recursive: true, force: true });
    return { why: `npm cannot install ${wanted}: ${reasonOf(error)}` };
  }
}

/** The path of a Node of this major version, or `{ why }` it cannot be had. */
export function nodeOf(major) {
  if (process.versions.node.startsWith(`${major}.`)) return { path: process.execPath };
  // The packages with the programs themselves: `node` would fetch them by a script at its installation.
  const kind = process.platform === 'win32' ? 'win' : process.platform;
  const found = installed(`node-${kind}-${process.arch}@${major}`);
  if ('why' in found) return found;
  const file = path.join(found.folder, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  try {
    execFileSync(file, ['-e', '0'], { stdio: 'ignore' });
    return { path: file };
  } catch (error) {
    return { why: `Node ${major} does not run here: ${reasonOf(error)}` };
  }
}

/** What a package exports to `require`. */
export function exportsOf({ folder }, name) {
  return createRequire(path.join(folder, 'package.json'))(name);
}

/** The version of a package of this repository. */
export function packageVersion(name) {
  return JSON.parse(readFileSync(path.join(root, 'node_modules', name, 'package.json'), 'utf8')).version;
}

/** No script of a package runs, and `NODE_EXTRA_CA_CERTS` stays: npm may need it. */
function install(wanted, { at, overrides }) {
  rmSync(at, { recursive: true, force: true });
  mkdirSync(at, { recursive: true });
  writeFileSync(path.join(at, 'package.json'), JSON.stringify({ private: true, overrides }));
  const args = ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error', wanted];
  execFileSync('npm', args, { cwd: at, stdio: ['ignore', 'ignore', 'pipe'], timeout: INSTALL_LIMIT_MS });
  writeFileSync(path.join(at, 'complete'), '');
}

function reasonOf(error) {
  if (error.code === 'ETIMEDOUT') return 'no end after three minutes';
  const lines = String(error.stderr ?? '').split('\n');
  return (
    lines.find((line) => /npm error (code|404)/.test(line))?.replace(/^npm error /, '') ??
    error.message.split('\n')[0]
  );
}
