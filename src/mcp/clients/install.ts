import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { findBinary } from '../../adapters/command/find-binary.js';
import { type Failure, failure } from '../../domain/failure.js';
import { err, ok, type Result } from '../../domain/result.js';
import { reasonOf, writeByRename } from '../../files.js';
import { type ClientPlace, type McpClient, SERVER_NAME, type ServerCommand } from './client.js';
import { type ClientState, stateOf } from './state.js';

/** What became of the config of a client. */
export interface Change {
  /** False: it was so already. */
  isChanged: boolean;
  file: string;
}

/** Longest time of a client's own command, ms. */
const LIMIT_MS = 60_000;

/** Lets a client start our server, for all projects. A second time changes nothing; an entry that starts something else is replaced. */
export async function installIn(
  client: McpClient,
  command: ServerCommand,
  place: ClientPlace,
): Promise<Result<Change, Failure>> {
  const before = await stateOf(client, place);
  if (before.trouble !== null) return err(unreadable(client, before));
  if (isSame(before.command, command)) return ok({ isChanged: false, file: before.file });
  if (client.add === null) return change(client, before, command);
  if (before.command !== null) {
    const removed = await runOwn(client, client.remove ?? [], place);
    if (!removed.ok) return removed;
  }
  const added = await runOwn(client, client.add(command), place);
  if (!added.ok) return added;
  const after = await stateOf(client, place);
  if (isSame(after.command, command)) return ok({ isChanged: true, file: after.file });
  return err(
    failure(
      'provider_error',
      `\`${client.binary}\` said that it added the server, and \`${after.file}\` does not have it`,
      {
        hint: `add what \`llm-router mcp install ${client.name} --print\` prints`,
      },
    ),
  );
}

/** Takes our entry out of the config of a client. */
export async function uninstallFrom(client: McpClient, place: ClientPlace): Promise<Result<Change, Failure>> {
  const before = await stateOf(client, place);
  if (before.trouble !== null) return err(unreadable(client, before));
  if (before.command === null) return ok({ isChanged: false, file: before.file });
  if (client.remove === null) return change(client, before, null);
  const removed = await runOwn(client, client.remove, place);
  return removed.ok ? ok({ isChanged: true, file: before.file }) : removed;
}

function isSame(one: readonly string[] | null, other: ServerCommand): boolean {
  return one !== null && one.length === other.length && one.every((word, index) => word === other[index]);
}

/** Writes the config of a client that has no command for it. */
async function change(
  client: McpClient,
  { file, text, exists }: ClientState,
  command: ServerCommand | null,
): Promise<Result<Change, Failure>> {
  const { change: changed } = client.format;
  if (changed === undefined) throw new Error(`the config of ${client.name} is written by the client alone`);
  try {
    const mode = exists ? (await stat(file)).mode & 0o777 : null;
    await writeByRename(file, changed(text, command), { mode });
    return ok({ isChanged: true, file });
  } catch (error) {
    return err(failure('input', `cannot write \`${file}\`: ${reasonOf(error)}`));
  }
}

function unreadable({ name }: McpClient, { file, trouble }: ClientState): Failure {
  return failure('input', `cannot read \`${file}\` of ${name}: ${trouble}`, {
    hint: `change it by hand: \`llm-router mcp install ${name} --print\` prints the entry \`${SERVER_NAME}\``,
  });
}

/** Runs a command of the client. */
async function runOwn(
  { name, binary }: McpClient,
  args: readonly string[],
  { env, platform }: ClientPlace,
): Promise<Result<null, Failure>> {
  const found = findBinary(binary ?? '', { env, platform });
  if (!found.found)
    return err(
      failure('tool_not_found', `\`${binary}\` is not in PATH`, {
        hint: `install it, or add by hand what \`llm-router mcp install ${name} --print\` prints`,
      }),
    );
  return new Promise((resolve) => {
    const options = { env: { ...env }, timeout: LIMIT_MS, killSignal: 'SIGKILL' as const };
    const child = execFile(found.path, [...args], options, (error, stdout, stderr) => {
      if (error === null) return resolve(ok(null));
      const said = `${stdout}\n${stderr}`.trim().split('\n').at(-1) || reasonOf(error);
      resolve(
        err(failure('provider_error', `\`${[binary, ...args].join(' ')}\` failed: ${said}`, { tool: name })),
      );
    });
    child.stdin?.end();
  });
}
