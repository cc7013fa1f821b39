// Compiles each file of `src` on its own, before the first test: a worker then loads it once and not for each file of tests.
import { readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import places from './places.cjs';

const { ROOT, COMPILED, facadeOf } = places;

export default async function compile() {
  const src = path.join(ROOT, 'src');
  const files = readdirSync(src, { recursive: true }).filter((file) => file.endsWith('.ts'));
  const { metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: files.map((file) => path.join(src, file)),
    outdir: COMPILED,
    outbase: src,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    sourcemap: 'inline',
    sourcesContent: false,
    metafile: true,
    logLevel: 'warning',
  });
  for (const [output, { exports, entryPoint = '' }] of Object.entries(metafile.outputs)) {
    const url = pathToFileURL(path.join(ROOT, output)).href;
    writeFileSync(facadeOf(path.join(ROOT, entryPoint)), facade(url, exports));
  }
}

/** A module that exports what the compiled one does, which the environment of the tests loads. */
function facade(url, names) {
  const exports = names.map((name) => `export const ${name} = source.${name};`);
  return [`const source = await importSource(${JSON.stringify(url)});`, ...exports].join('\n');
}
