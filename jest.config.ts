/** @jest-config-loader esbuild-register */
import { availableParallelism } from 'node:os';
import path from 'node:path';
import type { Config } from 'jest';
import { sameInSoak } from './test/soak-files.cjs';

/**
 * Many processes at once, kills at many points and long tables: only the soak runs these files. CI always runs it; `npm test` stays short
 * enough to be run before every commit.
 */
const SOAK_ONLY = '\\.soak\\.test\\.ts$';
const isSoak = process.env.LLM_ROUTER_SOAK === '1';

/**
 * Else each file of tests loads all that it needs of `src` anew, which takes as long as the fast tests themselves. The soak keeps the files
 * apart, so that none can rest on what another has left in a module; coverage counts in what Jest loads.
 */
const sharesSources = !isSoak && process.env.LLM_ROUTER_TEST_SOURCES !== '1';

const SRC = `^${escaped(path.join(__dirname, 'src'))}\\W.+\\.ts$`;

const config: Config = {
  ...(sharesSources
    ? {
        globalSetup: '<rootDir>/test/sources/compile.mjs',
        testEnvironment: '<rootDir>/test/sources/environment.cjs',
        runtime: '<rootDir>/test/sources/runtime.cjs',
      }
    : { testEnvironment: 'node' }),
  // Not in the folder of temporary files, which is another one in each run.
  cacheDirectory: '<rootDir>/node_modules/.cache/jest',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', ...(isSoak ? sameInSoak().map(exactly) : [SOAK_ONLY])],
  testSequencer: '<rootDir>/test/sequencer.cjs',
  setupFilesAfterEnv: ['<rootDir>/test/setup.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: {
    ...(sharesSources ? { [SRC]: '<rootDir>/test/sources/transform.cjs' } : {}),
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { target: 'es2023', parser: { syntax: 'typescript' } }, module: { type: 'es6' } },
    ],
  },
  // One more than there are cores, since the end-to-end tests wait for processes. More than one for each would starve the others: those of the
  // soak, and those that load sources anew.
  maxWorkers: sharesSources ? availableParallelism() + 1 : '100%',
  testTimeout: sharesSources ? 30_000 : 120_000,
};

function exactly(file: string): string {
  return `^${escaped(file)}$`;
}

function escaped(text: string): string {
  return text.replace(/\W/g, '\\$&');
}

export default config;
