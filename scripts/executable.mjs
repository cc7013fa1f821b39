// Builds one program that needs no Node, for this system: `npm run executable -- [OUTPUT]`, by default `out/llm-router`. The runtime inside
// is bun, which npm brings in the version below; `--bun FILE` names another one. `npm run build` comes first.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { BUN } from './bun.mjs';
import { packageFolders } from './bundle.mjs';
import { checkKnown } from './sbom.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { bun: { type: 'string' } },
});
const output = path.resolve(positionals[0] ?? path.join(root, 'out', 'llm-router'));

/** Those of the processors that lack AVX2 start as fast as the others. */
const PACKAGES = {
  'linux-x64': 'linux-x64-baseline',
  'linux-arm64': 'linux-aarch64',
  'darwin-arm64': 'darwin-aarch64',
  'darwin-x64': 'darwin-x64-baseline',
  'win32-x64': 'windows-x64-baseline',
};

/** Scripts ask for the version often, and nothing of the program is needed for it. */
const ENTRY = `import { writeSync } from 'node:fs';
import { version } from '../package.json';
const argv = process.argv.slice(2);
if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-V')) writeSync(1, version + '\\n');
else {
  // Where nothing is left to wait for before the end, bun would exit with 0.
  process.exitCode = 70;
  import('./main.js').then(async ({ main, realWorld }) => process.exit(await main(argv, realWorld())));
}
`;

/** Files of the working directory that bun would take settings from: a project is not trusted with them. */
const OF_NO_PROJECT = ['dotenv', 'bunfig', 'tsconfig', 'package-json'].map(
  (name) => `--no-compile-autoload-${name}`,
);

/** What the package loads from files beside it is a part of the program. */
const INSIDE = {
  'src/regex/linear.ts': ['createRequire(import.meta.url)(FILE)', "require('re2js')"],
  'src/server/page-file.ts': ['await readPage()', "require('../../dist/status-page.json')"],
};

const folder = mkdtempSync(path.join(tmpdir(), 'llm-router-executable-'));
try {
  const bundle = path.join(folder, 'llm-router.cjs');
  writeFileSync(bundle, await bundled());
  mkdirSync(path.dirname(output), { recursive: true });
  const args = [
    'build',
    '--compile',
    '--bytecode',
    '--format=cjs',
    ...OF_NO_PROJECT,
    bundle,
    '--outfile',
    output,
  ];
  execFileSync(values.bun ?? bunFromNpm(), args, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function bunFromNpm() {
  const name = `@oven/bun-${PACKAGES[`${process.platform}-${process.arch}`]}`;
  const args = [
    'install',
    '--prefix',
    folder,
    '--no-save',
    '--no-audit',
    '--ignore-scripts',
    `${name}@${BUN}`,
  ];
  const isWindows = process.platform === 'win32';
  execFileSync('npm', args, { stdio: ['ignore', 'ignore', 'inherit'], shell: isWindows });
  return path.join(folder, 'node_modules', name, 'bin', isWindows ? 'bun.exe' : 'bun');
}

async function bundled() {
  const result = await build({
    absWorkingDir: root,
    stdin: { contents: ENTRY, resolveDir: path.join(root, 'src'), sourcefile: 'executable.js' },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node24',
    mainFields: ['module', 'main'],
    external: ['libsql', 'pg-native'],
    define: { ROUTER_EXECUTABLE: 'true', ROUTER_BUILD: '"@build@"', 'import.meta.url': '__filename' },
    charset: 'ascii',
    minifyWhitespace: true,
    minifySyntax: true,
    write: false,
    metafile: true,
    plugins: [{ name: 'inside', setup: putInside }],
    logLevel: 'warning',
  });
  checkKnown(packageFolders(result));
  const [{ text }] = result.outputFiles;
  return text.replaceAll('@build@', createHash('sha256').update(text).digest('hex'));
}

function putInside(setup) {
  for (const [file, [from, to]] of Object.entries(INSIDE)) {
    const filter = new RegExp(`${file.replaceAll(/[.]/g, '\\$&')}$`);
    setup.onLoad({ filter }, ({ path: found }) => {
      const text = readFileSync(found, 'utf8');
      if (!text.includes(from)) throw new Error(`${file} has no \`${from}\``);
      return { contents: text.replace(from, () => to), loader: 'ts' };
    });
  }
}
