// Builds the command line: generated sources first, then CommonJS bundles of our own code, the packages in it and the compiled
// validators. Packages that are loaded only when needed are a file each. Nothing but the driver of SQLite is left to install.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { bundle, packageFolders } from './bundle.mjs';
import { writeLicences } from './licences.mjs';
import { ownHome } from './own-home.cjs';
import { buildPage } from './page.mjs';
import { runScript } from './run.mjs';
import { writeSbom } from './sbom.mjs';
import { packageName, shippedPackages } from './shipped.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');

const { run } = await runScript('scripts/generate.ts');
const code = await run({ root, args: [] });
if (code !== 0) process.exit(code);

const dist = path.join(root, 'dist');

/** Light packages that the command line holds; every other one loads only when it is needed. */
const BUNDLED =
  'ansi-regex ansi-styles commander get-east-asian-width shlex string-width strip-ansi tokenx ulid wrap-ansi yaml'.split(
    ' ',
  );

/** Those that are in packs which few commands load: telemetry, MCP, and the times in messages about limits. */
const IN_OWN_PACKS = /^(@opentelemetry\/|@modelcontextprotocol\/|zod$|@cfworker\/json-schema$|luxon$)/;

/** Each loads in less than half the time when it is one file, and no package has to be installed for it. */
const BUNDLED_LATER = [
  'ajv',
  'ajv/dist/2020.js',
  'chalk',
  'eventsource-parser',
  'execa',
  'hpagent',
  'ora',
  'pg',
  'prom-client',
  're2js',
];
/** In the status page, and in the library alone, whose build fails for one that is missing here. */
const BUNDLED_ELSEWHERE = ['node_modules/uplot', 'node_modules/@opentelemetry/api-logs'];

const later = path.join(dist, 'later');
rmSync(later, { recursive: true, force: true });
const builtLater = await build({
  absWorkingDir: root,
  entryPoints: BUNDLED_LATER.map((name) => ({ in: name, out: name })),
  outdir: later,
  outExtension: { '.js': '.cjs' },
  bundle: true,
  minify: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  external: ['pg-native'],
  metafile: true,
  logLevel: 'warning',
});

await buildPage(root);

const { files, packages } = await bundle({ root, external: ['libsql', ...BUNDLED_LATER] });
const unexpected = packages
  .map(packageName)
  .filter((name) => !BUNDLED.includes(name) && !IN_OWN_PACKS.test(name));
if (unexpected.length > 0) throw new Error(`the bundle holds ${unexpected.join(', ')}`);
for (const [name, text] of Object.entries(files)) writeFileSync(path.join(dist, `${name}.cjs`), text);
const shipped = shippedPackages(root, [...packages, ...packageFolders(builtLater), ...BUNDLED_ELSEWHERE]);
writeLicences(root, shipped);
writeSbom(shipped);

// So that the tests and the first use start as later ones do.
keepCompiledCode();

function keepCompiledCode() {
  const folder = mkdtempSync(path.join(tmpdir(), 'llm-router-build-'));
  const tool = { binary: process.execPath, args: ['-e', 'console.log(1)'], billing: 'api', models: ['m'] };
  const config = {
    version: 1,
    agents: { me: { preferred_tool: 'node', max_cost_usd: 0.000001 } },
    tools: { node: tool },
    models: { m: { cost_per_1m_tokens: { input: 1, output: 1 } } },
    // So that the code of the ledger is kept too.
    policies: { default: { budget: { daily_usd: 1, limit: { type: 'hard' } } } },
  };
  const file = path.join(folder, 'llm-router.yaml');
  writeFileSync(file, JSON.stringify(config));
  const args = ['exec', '--config', file, '-a', 'me', '--no-stdin', '--json', 'hello'];
  const run = spawnSync(process.execPath, [path.join(root, 'bin', 'llm-router.cjs'), ...args], {
    env: ownHome(process.env, folder),
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  rmSync(folder, { recursive: true, force: true });
  if (run.status !== 0) process.exitCode = 1;
}
