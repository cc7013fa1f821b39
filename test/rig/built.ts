import path from 'node:path';
import { runInThisContext } from 'node:vm';
import type { main } from '../../src/main.js';
import { type GivenWorld, runBuffered } from './buffered-world.js';
import { ROUTER } from './machine.js';
import type { RunResult } from './run.js';

const HERE = path.join(import.meta.dirname, 'built.ts');

/** Runs a command line of the built program in this process: what `bin/` runs, without the cost of starting Node. */
export function runBuilt(args: readonly string[], given: GivenWorld): Promise<RunResult> {
  // Jest replaces `node:module` by its own, which cannot load the ES modules that the bundle requires.
  const { createRequire } = runInThisContext('process.getBuiltinModule("node:module")');
  const program: { main: typeof main } = createRequire(HERE)('./built-program.cjs');
  return runBuffered(program.main, args, { program: [process.execPath, ROUTER], ...given });
}
