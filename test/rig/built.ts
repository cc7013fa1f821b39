import path from 'node:path';
import { runInThisContext } from 'node:vm';
import type { main } from '../../src/main.js';
import { type GivenWorld, runBuffered } from './buffered-world.js';
import { ROUTER } from './machine.js';
import type { RunResult } from './run.js';

const HERE = path.join(import.meta.dirname, 'built.ts');

/** What `npm run coverage` asks for: what of the sources runs can be counted, of the built program it cannot. */
export const USES_SOURCES = process.env.LLM_ROUTER_TEST_SOURCES === '1';

/** Runs a command line of the built program in this process: what `bin/` runs, without the cost of starting Node. */
export async function runBuilt(args: readonly string[], given: GivenWorld): Promise<RunResult> {
  const program = USES_SOURCES ? await import('../../src/main.js') : built();
  return runBuffered(program.main, args, { program: [process.execPath, ROUTER], ...given });
}

function built(): { main: typeof main } {
  // Jest replaces `node:module` by its own, which cannot load the ES modules that the bundle requires.
  const { createRequire } = runInThisContext('process.getBuiltinModule("node:module")');
  return createRequire(HERE)('./built-program.cjs');
}
