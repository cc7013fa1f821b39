import { didYouMean } from '../../diagnostics/suggest.js';
import { type Failure, failure } from '../../domain/failure.js';
import { err, ok, type Result } from '../../domain/result.js';
import type { McpClient, ServerCommand } from '../../mcp/clients/client.js';
import { MCP_CLIENTS } from '../../mcp/clients/clients.js';
import { installIn, uninstallFrom } from '../../mcp/clients/install.js';
import { type ClientRow, clientRows, serverCommand } from '../../mcp/clients/rows.js';
import { callerOf, personOnly } from '../../router/planning/caller.js';
import type { CommandContext } from '../context.js';
import { printTable } from '../print-table.js';
import { reportEarly } from '../report.js';
import { shellCommand } from '../shell-command.js';
import type { Column } from '../table.js';
import { placeOf } from './mcp-place.js';

/** Options of `mcp install`. */
export interface McpInstallOptions {
  print?: boolean;
  json?: boolean;
}

/** `mcp install`: lets a client start our server, prints its entry, or without a client lists them. */
export async function runMcpInstall(
  context: CommandContext,
  name: string | undefined,
  options: McpInstallOptions,
): Promise<number> {
  const { output, world } = context;
  const place = placeOf(context);
  const command = serverCommand(place, world.program);
  if (name === undefined) return listClients(context, options);
  const client = clientOf(name);
  if (!client.ok) return reportEarly(context, { failure: client.error });
  if (options.print === true) return printEntry(context, client.value, command);
  const refused = personOnly('`mcp install`', callerOf(world));
  if (refused !== null) return reportEarly(context, { failure: refused });
  const installed = await installIn(client.value, command, place);
  if (!installed.ok) return reportEarly(context, { failure: installed.error });
  const { isChanged, file } = installed.value;
  if (!isChanged) await output.say(`${name} has it already: ${file}`);
  else await output.say(`${name} starts \`${shellCommand(command)}\` from its next start on: ${file}`);
  return 0;
}

/** `mcp uninstall`: takes our server out of the config of a client. */
export async function runMcpUninstall(context: CommandContext, name: string): Promise<number> {
  const { output, world } = context;
  const client = clientOf(name);
  if (!client.ok) return reportEarly(context, { failure: client.error });
  const refused = personOnly('`mcp uninstall`', callerOf(world));
  if (refused !== null) return reportEarly(context, { failure: refused });
  const removed = await uninstallFrom(client.value, placeOf(context));
  if (!removed.ok) return reportEarly(context, { failure: removed.error });
  const { isChanged, file } = removed.value;
  await output.say(isChanged ? `taken out of ${file}` : `${name} does not have it: ${file}`);
  return 0;
}

function clientOf(name: string): Result<McpClient, Failure> {
  const found = MCP_CLIENTS.find((client) => client.name === name);
  if (found !== undefined) return ok(found);
  const names = MCP_CLIENTS.map((client) => client.name);
  return err(failure('usage', `unknown client \`${name}\``, { hint: didYouMean(name, names, 'clients') }));
}

async function printEntry(
  context: CommandContext,
  client: McpClient,
  command: ServerCommand,
): Promise<number> {
  const { output } = context;
  const [file = ''] = client.files(placeOf(context));
  const own =
    client.add === null ? '' : `, or run \`${shellCommand([client.binary ?? '', ...client.add(command)])}\``;
  await output.say(`for ${file}${own}`);
  await output.data(client.format.print(command));
  return 0;
}

async function listClients(context: CommandContext, { json, print }: McpInstallOptions): Promise<number> {
  const { output } = context;
  if (print === true)
    return reportEarly(context, {
      failure: failure('usage', '`--print` needs a client', { hint: 'name one' }),
    });
  const rows = await clientRows(placeOf(context));
  if (json === true) await output.json(rows);
  else await printTable(context, { columns: COLUMNS, rows: rows.map(cellsOf), signs: {} });
  return 0;
}

const COLUMNS: readonly Column[] = [
  { title: 'CLIENT' },
  { title: 'HERE' },
  { title: 'INSTALLED', least: 12 },
  { title: 'CONFIG', least: 16 },
];

function cellsOf({ client, found, installed, command, file, trouble }: ClientRow): string[] {
  const state = trouble !== null ? `unknown: ${trouble}` : installed ? shellCommand(command ?? []) : 'no';
  return [client, found ? 'yes' : 'no', state, file];
}
