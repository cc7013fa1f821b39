/** @jest-config-loader esbuild-register */
import type { Config } from 'jest';

/**
 * Crowds of processes, kills at many points and long tables: they run with the soak, which CI always runs, so that `npm test` stays
 * short enough to be run before every commit.
 */
const WITH_THE_SOAK = [
  '/test/hostile/(killed-router|families|soak)\\.',
  '/test/e2e/(limits|concurrent-budget|canary|killed|usage)\\.',
  '/test/config/(mutants|fixes)\\.',
  '/test/adapters/command/ending-runs\\.',
  '/test/adapters/http/faults\\.',
  '/test/gates/slots\\.',
  '/test/tools/captures\\.',
  '/test/health/checks\\.',
  '/test/rig/',
];
const isSoak = process.env.LLM_ROUTER_SOAK === '1';

const config: Config = {
  testEnvironment: 'node',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', ...(isSoak ? [] : WITH_THE_SOAK)],
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
  testTimeout: 30_000,
};

export default config;
