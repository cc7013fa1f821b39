/** @jest-config-loader esbuild-register */
import type { Config } from 'jest';

/**
 * Many processes at once, kills at many points and long tables: only the soak runs these files. CI always runs it; `npm test` stays short
 * enough to be run before every commit.
 */
const SOAK_ONLY = '\\.soak\\.test\\.ts$';
const isSoak = process.env.LLM_ROUTER_SOAK === '1';

const config: Config = {
  testEnvironment: 'node',
  // Not in the folder of temporary files, which is another one in each run.
  cacheDirectory: '<rootDir>/node_modules/.cache/jest',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', ...(isSoak ? [] : [SOAK_ONLY])],
  testSequencer: '<rootDir>/test/sequencer.cjs',
  setupFilesAfterEnv: ['<rootDir>/test/setup.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { target: 'es2023', parser: { syntax: 'typescript' } }, module: { type: 'es6' } },
    ],
  },
  // The end-to-end tests wait for processes: one worker per core, not one less. More would starve those with clocks.
  maxWorkers: '100%',
  testTimeout: isSoak ? 120_000 : 30_000,
};

export default config;
