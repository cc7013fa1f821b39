import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { transformSync } from 'esbuild';
import { PURE } from '../../test/architecture/pure.js';
import { type FileCoverage, foldersOf, isBelow, runsAllTests, tableOf } from './folders.js';

/** They run nothing of `src` in their own process, or measure the built program. */
const NOT_RUN = [
  '/test/(action|architecture|deploy|docs|hostile|install|scripts|server/page)/',
  '/test/e2e/start',
  '/node_modules/',
  '\\.soak\\.test\\.ts$',
];

/**
 * Runs the fast tests on instrumented sources and prints how much of `src` ran, by folder. Fails when a test fails, or when a pure folder is
 * below what is accepted. Counted is what runs in the processes of Jest: there the end-to-end tests run the sources in place of the built
 * program. Programs that they start are not counted. `npm run coverage -- FILE…` runs some tests only, and fails only when one of them does.
 */
export async function run({ root, args }: { root: string; args: string[] }): Promise<number> {
  const folder = path.join(root, 'out', 'coverage');
  const options = [
    '--coverage',
    // The coverage of V8 counts lines of types and comments as covered.
    '--coverageProvider=babel',
    `--coverageDirectory=${folder}`,
    '--collectCoverageFrom=src/**/*.ts',
    '--collectCoverageFrom=!src/**/*.generated.ts',
    '--collectCoverageFrom=!src/server/page/**',
    ...['json', 'lcov'].map((reporter) => `--coverageReporters=${reporter}`),
    ...NOT_RUN.map((pattern) => `--testPathIgnorePatterns=${pattern}`),
  ];
  rmSync(folder, { recursive: true, force: true });
  const tests = spawnSync(process.execPath, [path.join(root, 'scripts', 'test.mjs'), ...args, ...options], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, LLM_ROUTER_TEST_SOURCES: '1' },
  });
  const report = path.join(folder, 'coverage-final.json');
  // As after an option that Jest does not know, of which it tells.
  if (!existsSync(report)) return 1;
  const folders = foldersOf(read(report, path.join(root, 'src')), (file) => PURE.test(file));
  const isWhole = runsAllTests(args);
  const below = isWhole ? folders.filter(isBelow) : [];
  const lines = [
    '',
    tableOf(folders, below),
    `${path.join('out', 'coverage', 'lcov-report', 'index.html')} shows each line`,
    ...(isWhole ? [] : ['not compared with what is accepted: not all tests were run']),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
  return tests.status === 0 && below.length === 0 ? 0 : 1;
}

/** What ran of each file below src that has any code; of a file with types alone nothing ever can. */
function read(file: string, sources: string): [string, FileCoverage][] {
  const found: Record<string, FileCoverage> = JSON.parse(readFileSync(file, 'utf8'));
  return Object.entries(found)
    .filter(([name]) => transformSync(readFileSync(name, 'utf8'), { loader: 'ts' }).code.trim() !== '')
    .map(([name, coverage]) => [path.relative(sources, name).replaceAll(path.sep, '/'), coverage]);
}
