// Everything that is made from other files, in two steps: the second one runs code that needs what the first one writes.
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { runScript } from './run.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const args = process.argv.slice(2);

for (const entry of ['scripts/generate.ts', 'scripts/generate-reference.ts']) {
  const { run } = await runScript(entry);
  process.exitCode = Math.max(process.exitCode ?? 0, await run({ root, args }));
}
