import { findBinary } from '../../adapters/command/find-binary.js';
import { type ClientPlace, SERVER_NAME, type ServerCommand } from './client.js';
import { MCP_CLIENTS } from './clients.js';
import { stateOf } from './state.js';

/** A client as a list shows it. Field names and their order are stable. */
export interface ClientRow {
  client: string;
  /** It is on this machine: its command in PATH, or its config. */
  found: boolean;
  installed: boolean;
  /** The file of its config for all projects. */
  file: string;
  /** What our entry starts; `null`: there is none. */
  command: readonly string[] | null;
  /** Why its config cannot be read; `null`: it can. */
  trouble: string | null;
}

/** Every client, and whether it starts our server. */
export function clientRows(place: ClientPlace): Promise<ClientRow[]> {
  return Promise.all(
    MCP_CLIENTS.map(async (client) => {
      const { file, exists, command, trouble } = await stateOf(client, place);
      const inPath = client.binary !== null && findBinary(client.binary, place).found;
      return {
        client: client.name,
        found: exists || inPath,
        installed: command !== null,
        file,
        command,
        trouble,
      };
    }),
  );
}

/** What clients shall start: by its name where that is found in PATH, so that an update of Node or of the program changes nothing. */
export function serverCommand(place: ClientPlace, program: readonly string[]): ServerCommand {
  if (findBinary(SERVER_NAME, place).found) return [SERVER_NAME, 'mcp'];
  const [file = SERVER_NAME, ...args] = program;
  return [file, ...args, 'mcp'];
}

/** The clients that start our server, for a report on the machine. */
export async function installedClients(place: ClientPlace) {
  const rows = await clientRows(place);
  return rows.flatMap(({ client, file, command }) => {
    const [program = ''] = command ?? [];
    if (command === null) return [];
    return [{ client, file, command: command.join(' '), isFound: findBinary(program, place).found }];
  });
}
