import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { PROGRAM } from '../rig/machine.js';
import type { Rig } from '../rig/rig.js';

/** What a tool returned. */
export interface ToolResult {
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: each test knows the fields of its tool
  data: any;
  isError: boolean;
}

/** A server of a rig, and its only client: the official one. */
export interface McpClient {
  client: Client;
  pid: number;
  call(tool: string, args?: Record<string, unknown>, options?: CallOptions): Promise<ToolResult>;
  /** What the server has said on stderr. */
  stderr(): string;
  /** Closes stdin of the server, and waits until it has ended. */
  close(): Promise<void>;
}

type CallOptions = Parameters<Client['callTool']>[1];

/** The two generations of the protocol. */
export type Generation = 'initialize' | 'stateless';
export const BOTH: readonly Generation[] = ['initialize', 'stateless'];

/** Starts a server in the project of a rig and connects to it. */
export async function connect(
  rig: Rig,
  { generation = 'initialize', args = [], env = {}, cwd = rig.project }: ConnectOptions = {},
): Promise<McpClient> {
  const transport = new StdioClientTransport({
    command: PROGRAM[0],
    args: [...PROGRAM.slice(1), 'mcp', ...args],
    env: { ...rig.env, ...env },
    cwd,
    stderr: 'pipe',
  });
  let said = '';
  transport.stderr?.on('data', (chunk) => {
    said += String(chunk);
  });
  const mode = generation === 'stateless' ? ({ pin: '2026-07-28' } as const) : ('legacy' as const);
  const client = new Client({ name: 'test-client', version: '1' }, { versionNegotiation: { mode } });
  await client.connect(transport);
  return {
    client,
    pid: transport.pid ?? 0,
    call: async (name, given = {}, options = {}) => {
      const result = await client.callTool({ name, arguments: given }, options);
      const { content, structuredContent, isError } = result;
      const texts = (content as { text: string }[]).map(({ text }) => text);
      return { text: texts.join('\n'), data: structuredContent, isError: isError === true };
    },
    stderr: () => said,
    close: () => client.close(),
  };
}

interface ConnectOptions {
  generation?: Generation;
  args?: readonly string[];
  env?: Record<string, string>;
  cwd?: string;
}

/** Runs a test with a client, which is always closed. */
export async function withClient<T>(
  rig: Rig,
  options: ConnectOptions,
  work: (client: McpClient) => Promise<T>,
): Promise<T> {
  const connected = await connect(rig, options);
  try {
    return await work(connected);
  } finally {
    await connected.close();
  }
}
