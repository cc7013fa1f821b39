import type { World } from '../world.js';
import { runExec } from './commands/exec.js';
import { badLogFormat } from './contradictions.js';
import { wantsDebug } from './debug-log.js';
import type { Output } from './output.js';
import { type PlainExec, plainExec } from './plain-exec.js';

/** Runs a command line; resolves with the exit code. */
export async function runLine(argv: readonly string[], world: World, output: Output): Promise<number> {
  const plain = isPlainWorld(world) ? plainExec(argv) : null;
  if (plain !== null) return runPlainExec(plain, world, output);
  const { runProgram } = await import('./program.js');
  return runProgram(argv, world, output);
}

/** Nothing outside the command line asks for more than the run, or prevents it. */
function isPlainWorld({ env, isCwdGone }: World): boolean {
  return !isCwdGone && !wantsDebug(env) && badLogFormat(env) === null;
}

function runPlainExec(
  { words, options, config, quiet }: PlainExec,
  world: World,
  output: Output,
): Promise<number> {
  output.quiet = quiet;
  output.format = options.json === true ? 'json' : options.format;
  const globals = { config, color: output.color, quiet, verbose: 0 };
  return runExec({ world, output, globals }, words, options);
}
