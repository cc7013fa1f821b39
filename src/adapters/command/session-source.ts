import path from 'node:path';
import type { CommandTool } from '../../config/types.js';
import { codeOf } from '../../domain/system-error.js';
import { readRegularFile, reasonOf } from '../../files.js';
import type { AdapterContext, Task } from '../adapter.js';
import { expandVariables } from '../variables.js';

/** What `session` of a tool's output names: its bytes, or why there are none. */
export type SessionSource = { bytes: Uint8Array } | { problem: string };

/** Larger lists of sessions are not read, bytes. */
const MOST_BYTES = 64 * 1024;

/**
 * Reads what names the session of a run that ended well: the output of a second command, which has at most five seconds, or a file.
 * `null`: the definition names nothing.
 */
export async function sessionSource(
  { tool, binaryPath, cwd }: Task<CommandTool>,
  { env, deadline }: Pick<AdapterContext, 'env' | 'deadline'>,
): Promise<SessionSource | null> {
  const { session } = tool.output;
  if (session === null) return null;
  if (session.file !== null) return fromFile(expandVariables(session.file, env).text, cwd);
  const { ask } = await import('../probe.js');
  const asked = await ask(
    { tool, binaryPath: binaryPath ?? tool.binary.value, env, cwd, signal: deadline.signal },
    session.args,
  );
  const command = `\`${[tool.name, ...session.args].join(' ')}\``;
  if (asked.timedOut) return { problem: `${command} did not answer within 5 s` };
  if (asked.exitCode !== 0) return { problem: `${command} failed` };
  return { bytes: Buffer.from(asked.stdout) };
}

/** A file of the working directory may be a link that another program has put there: it must not lead out. */
async function fromFile(named: string, cwd: string): Promise<SessionSource> {
  const file = path.resolve(cwd, named);
  try {
    const within = path.isAbsolute(named) ? null : [cwd];
    return { bytes: await readRegularFile(file, { maxBytes: MOST_BYTES, within }) };
  } catch (error) {
    return { problem: `\`${file}\` cannot be read: ${codeOf(error) ?? reasonOf(error)}` };
  }
}
