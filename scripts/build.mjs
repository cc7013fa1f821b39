// Builds the command line: generated sources first, then one CommonJS bundle of our own code, commander, yaml and the
// compiled validators. Packages that are loaded only when needed stay outside: those that a run waits for as a bundle each,
// the others are imported from node_modules.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { runScript } from './run.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');

const { run } = await runScript('scripts/generate.ts');
const code = await run({ root, args: [] });
if (code !== 0) process.exit(code);

// Compiled code belongs to one bundle only: what an earlier build left must not be found with this one.
const dist = path.join(root, 'dist');
for (const name of readdirSync(root).includes('dist') ? readdirSync(dist) : []) {
  if (name.endsWith('.cache')) rmSync(path.join(dist, name));
}

/** got alone loads in less than half the time when it is one file. */
const BUNDLED_LATER = ['got', 'hpagent', 'eventsource-parser'];
const later = path.join(dist, 'later');
rmSync(later, { recursive: true, force: true });
await build({
  absWorkingDir: root,
  entryPoints: BUNDLED_LATER,
  alias: { 'http2-wrapper': './scripts/no-http2.cjs' },
  outdir: later,
  outExtension: { '.js': '.cjs' },
  bundle: true,
  minify: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  logLevel: 'warning',
});

const bundle = await build({
  absWorkingDir: root,
  entryPoints: ['src/main.ts'],
  outfile: 'dist/cli.cjs',
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  external: ['chalk', 'ora', 'execa', 'ajv', 'luxon', 'libsql', ...BUNDLED_LATER],
  // bin/load.cjs hands in the path.
  define: { 'import.meta.url': '__filename' },
  write: false,
  logLevel: 'warning',
});

// Code that V8 takes from a cache cannot use `import()` on Node 20: bin/load.cjs hands in one that can.
const source = bundle.outputFiles[0].text.replace(/\bimport\("([a-z0-9:./-]+)"\)/g, 'importModule("$1")');
if (/\bimport\(/.test(source)) throw new Error('the bundle holds an `import()` that was not replaced');
mkdirSync(dist, { recursive: true });
writeFileSync(path.join(dist, 'cli.cjs'), source);

const cached = spawnSync(process.execPath, [path.join(root, 'scripts', 'code-cache.cjs')], {
  stdio: ['ignore', 'ignore', 'inherit'],
});
if (cached.status !== 0) process.exitCode = 1;
