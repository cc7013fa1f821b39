import { isUtf8 } from 'node:buffer';
import { realpath } from 'node:fs/promises';
import { codeOf } from '../../domain/system-error.js';
import { readRegularFile, reasonOf } from '../../files.js';
import type { ClientPlace, McpClient } from './client.js';

/** The largest config of a client that is read; some keep their history in it. */
const MOST_BYTES = 256 * 1024 * 1024;

/** The config of a client as it is now. */
export interface ClientState {
  /** The file that has the entry, else the one that would get it. */
  file: string;
  /** Its text; empty where there is no such file. */
  text: string;
  exists: boolean;
  /** What our entry starts; `null`: there is none. */
  command: readonly string[] | null;
  /** Why the file cannot be read or understood; `null`: it can. */
  trouble: string | null;
}

/** Looks into the config of a client: the first of its files that has our entry, else the first that exists. */
export async function stateOf(client: McpClient, place: ClientPlace): Promise<ClientState> {
  const states = await Promise.all(client.files(place).map((file) => stateOfFile(client, file)));
  const found =
    states.find(({ command }) => command !== null) ?? states.find(({ exists }) => exists) ?? states[0];
  if (found === undefined) throw new Error(`the client ${client.name} has no file`);
  return found;
}

async function stateOfFile({ format }: McpClient, file: string): Promise<ClientState> {
  const nothing = { file, text: '', exists: false, command: null, trouble: null };
  try {
    const bytes = await readRegularFile(file, { maxBytes: MOST_BYTES });
    const text = bytes.toString('utf8');
    // A file that is a link stays one: what it leads to is changed.
    const known = { ...nothing, file: await realpath(file), text, exists: true };
    // Written again it would lose them.
    if (!isUtf8(bytes)) return { ...known, trouble: 'it holds bytes that are not UTF-8' };
    try {
      return { ...known, command: format.commandIn(text) };
    } catch (error) {
      return { ...known, trouble: reasonOf(error) };
    }
  } catch (error) {
    return codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR'
      ? nothing
      : { ...nothing, exists: true, trouble: reasonOf(error) };
  }
}
