// Builds the command line: generated sources first, then one CommonJS bundle of our own code, commander, yaml and the
// compiled validators. Packages that are loaded only when needed stay outside and are imported from node_modules.
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { runScript } from './run.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');

const { run } = await runScript('scripts/generate.ts');
const code = await run({ root, args: [] });
if (code !== 0) process.exit(code);

await build({
  absWorkingDir: root,
  entryPoints: ['src/main.ts'],
  outfile: 'dist/cli.cjs',
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  external: ['chalk', 'ora', 'execa', 'ajv', 'luxon'],
  logLevel: 'warning',
});
