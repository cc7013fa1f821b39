import { createOutput, type Output } from './cli/output.js';
import { reportBug } from './cli/report.js';
import { runLine } from './cli/run-line.js';
import type { World } from './world.js';

// Kept in the file that every run loads: an edit of that file shows in the help, which proves that it is what runs.
export { PURPOSE } from './cli/purpose.js';
export { realWorld } from './world.js';

/** Runs one command line; resolves with the exit code once everything is written. The only place that catches. */
export async function main(argv: readonly string[], world: World): Promise<number> {
  const output = createOutput(world);
  const code = await runCaught(argv, world, output);
  releaseStdin(world);
  // Unread output would keep the process alive for ever.
  if (output.isStuck()) world.exit(code);
  return code;
}

async function runCaught(argv: readonly string[], world: World, output: Output): Promise<number> {
  try {
    const code = await runLine(argv, world, output);
    const lost = output.lost();
    if (lost === null) return code;
    await output.error(`error: cannot write to stdout: ${lost.message}`);
    return code === 0 ? 1 : code;
  } catch (error) {
    return reportBug({ output, world }, error);
  }
}

/** An open pipe on stdin would keep the process alive until its writer closes it. */
function releaseStdin({ stdin }: World): void {
  if (stdin.isOpen()) stdin.stream().destroy();
}
