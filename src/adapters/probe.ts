import { execa } from 'execa';
import type { CommandTool } from '../config/types.js';

/** What a short question to a binary gave. */
export type VersionAnswer = { version: string } | { problem: string };

const PROBE_TIMEOUT_MS = 5000;

/** Asks a tool's binary for its version. Never longer than five seconds; stdin is closed. */
export async function probeVersion(
  tool: CommandTool,
  binaryPath: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<VersionAnswer> {
  if (tool.version === null) return { problem: 'its definition names no way to ask for a version' };
  const { args, pattern } = tool.version;
  const result = await execa(binaryPath, args, {
    reject: false,
    stdin: 'ignore',
    timeout: PROBE_TIMEOUT_MS,
    env,
    extendEnv: false,
    maxBuffer: 64 * 1024,
  });
  if (result.timedOut) return { problem: 'it did not answer within 5 s' };
  const match = new RegExp(pattern).exec(`${result.stdout}\n${result.stderr}`);
  const version = match?.[1] ?? match?.[0];
  if (version !== undefined) return { version };
  const ending = result.exitCode === undefined ? 'did not run' : `exited with ${result.exitCode}`;
  return { problem: `\`${args.join(' ')}\` ${ending} and printed no version` };
}
