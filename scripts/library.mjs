// Builds the library: ES modules that hold the packages they use, and those declarations that its public types refer to.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { packageFolders } from './bundle.mjs';
import { checkKnown } from './sbom.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const out = path.join(root, 'dist', 'lib');
rmSync(out, { recursive: true, force: true });
checkKnown(packageFolders(await buildCode()));
if (readFileSync(path.join(out, 'index.js'), 'utf8').includes('re2js.cjs')) {
  throw new Error('what loads re2js is not in `dist/lib/parts`');
}
buildTypes();

/** Parts that a call may never need are files of their own, as in the sources. */
function buildCode() {
  return build({
    absWorkingDir: root,
    entryPoints: ['src/index.ts'],
    outdir: out,
    chunkNames: 'parts/[name]-[hash]',
    bundle: true,
    splitting: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    external: ['libsql', 'pg-native'],
    // As seen from `dist/lib/parts`.
    define: { RE2_FILE: '"../../later/re2js.cjs"' },
    // Packages that are CommonJS load modules of Node this way.
    banner: {
      js: "import { createRequire as createRequireOfNode } from 'node:module';\nconst require = createRequireOfNode(import.meta.url);",
    },
    // Names stay, for the stacks of bug reports.
    minifyWhitespace: true,
    minifySyntax: true,
    metafile: true,
    logLevel: 'warning',
  });
}

function buildTypes() {
  mkdirSync(path.join(root, 'node_modules', '.cache'), { recursive: true });
  const all = mkdtempSync(path.join(root, 'node_modules', '.cache', 'types-'));
  try {
    const tsc = path.join(root, 'node_modules', 'typescript', 'bin', 'tsc');
    const args = ['-p', 'tsconfig.build.json', '--outDir', all];
    const { status } = spawnSync(process.execPath, [tsc, ...args], { cwd: root, stdio: 'inherit' });
    if (status !== 0) process.exit(1);
    for (const file of reached(all, 'index.d.ts')) copy(all, file);
  } finally {
    rmSync(all, { recursive: true, force: true });
  }
}

/** The declarations that `entry` imports, at any distance. A type of another package would have to be installed. */
function reached(folder, entry) {
  const found = new Set([entry]);
  for (const file of found) {
    const text = readFileSync(path.join(folder, file), 'utf8');
    for (const [, target] of text.matchAll(/(?:from |import\()['"]([^'"]+)['"]/g)) {
      if (!target.startsWith('.')) throw new Error(`${file} refers to the types of ${target}`);
      const declaration = path.join(path.dirname(file), target.replace(/\.js$/, '.d.ts'));
      if (!existsSync(path.join(folder, declaration))) throw new Error(`${file} refers to ${target}`);
      found.add(declaration);
    }
  }
  return found;
}

function copy(folder, file) {
  const target = path.join(out, file);
  mkdirSync(path.dirname(target), { recursive: true });
  writeFileSync(target, readFileSync(path.join(folder, file)));
}
