import { existsSync } from 'node:fs';
import { chmod, mkdir, open, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import type { McpHost } from './mcp-hosts.js';
import { type Ended, type Started, start } from './mcp-process.js';
import type { FakeProvider } from './provider/server.js';

/** One client with a home of its own, our server in its config, and a fake Codex that it can ask. */
export interface McpBench {
  host: McpHost;
  provider: FakeProvider;
  home: string;
  cwd: string;
  /** The client's own program. */
  binary: string;
  /** The fake Codex, and what it answers. */
  agentBinary: string;
  answer: string;
  /** Lets the client do one turn. */
  turn(prompt: string, options?: TurnOptions): Started;
  /** Lets an outer run have the client as its tool, for the same turn. */
  outerRun(prompt: string): Promise<Ended>;
  /** Runs our own command line to its end. */
  router(...args: string[]): Promise<Ended>;
  /** From now on the fake Codex sleeps before it answers, or does not answer before `release`. */
  slow(seconds: number): Promise<void>;
  hold(): Promise<void>;
  release(): Promise<void>;
}

export interface TurnOptions {
  /** After so many seconds the client gives up on a call. */
  limitSeconds?: number;
  terminal?: boolean;
  /** More arguments. */
  args?: readonly string[];
}

const TURN_LIMIT_MS = 150_000;
const ANSWER = 'One finding: the loop in sum.ts ends one step too early (review 6183).';

/** The project of `docs/mcp.md`. */
const CONFIG = {
  version: 1,
  default_agent: 'codex',
  agents: {
    codex: {
      preferred_tool: 'codex',
      description: 'Reviews code and answers questions about it',
      access: 'read',
    },
  },
};

/** The client as a tool of the user's own. JSON is YAML. */
function outerConfig(binary: string, args: readonly string[]): string {
  const tool = { binary, args, billing: 'free', output: { format: 'text' } };
  const agents = { outer: { preferred_tool: 'client', access: 'full' } };
  return JSON.stringify({ version: 1, agents, tools: { client: tool } }, null, 2);
}

/** Events of `codex exec --json`, as the real one writes them. */
const FAKE_CODEX = `#!/bin/sh
case "$1" in
--version) echo 'codex-cli 0.171.0'; exit ;;
login) echo 'Logged in using an API key'; exit ;;
esac
cat > "$0.prompt"
if [ -e "$0.seconds" ]; then sleep "$(cat "$0.seconds")"; fi
if [ -p "$0.hold" ]; then read -r _ < "$0.hold"; fi
cat <<'END'
{"type":"thread.started","thread_id":"01a1fb31-b82b-79f0-801c-adb32f5bef78"}
{"type":"turn.started"}
{"type":"item.completed","item":{"id":"item_0","type":"agent_message","text":"${ANSWER}"}}
{"type":"turn.completed","usage":{"input_tokens":111,"cached_input_tokens":22,"output_tokens":33}}
END
`;

/** Makes a fresh home and project for a client below `folder`. */
export async function openMcpBench(
  host: McpHost,
  at: { entry: string; folder: string; binFolder: string; nodeFolder: string; provider: FakeProvider },
): Promise<McpBench> {
  const own = path.join(at.folder, 'mcp', host.tool.name);
  const [home, cwd, bin, tmp] = ['home', 'work', 'bin', 'tmp'].map((name) => path.join(own, name)) as [
    string,
    string,
    string,
    string,
  ];
  await rm(own, { recursive: true, force: true });
  for (const folder of [home, cwd, bin, tmp]) await mkdir(folder, { recursive: true, mode: 0o700 });
  for (const [name, text] of Object.entries(host.tool.homeFiles(at.provider.url)))
    await put(path.join(home, name), text);
  const codex = path.join(bin, 'codex');
  await program(codex, FAKE_CODEX);
  await program(path.join(bin, 'llm-router'), `#!/bin/sh\nexec '${process.execPath}' '${at.entry}' "$@"\n`);
  await put(path.join(cwd, 'llm-router.yaml'), `${JSON.stringify(CONFIG, null, 2)}\n`);
  const search = [bin, at.nodeFolder, '/usr/bin', '/bin'].join(':');
  const env = {
    PATH: search,
    HOME: home,
    TMPDIR: tmp,
    LANG: 'C.UTF-8',
    TERM: 'dumb',
    USER: 'tester',
    NO_PROXY: '127.0.0.1,localhost',
    ...host.tool.env(at.provider.url),
  };
  const binary = path.join(at.binFolder, host.tool.program.binary);
  return {
    host,
    provider: at.provider,
    home,
    cwd,
    binary,
    agentBinary: codex,
    answer: ANSWER,
    turn: (prompt, { limitSeconds, terminal = false, args: more = [] } = {}) => {
      const limit = limitSeconds === undefined ? {} : host.limit(limitSeconds);
      const args = host.argv(prompt, at.provider.url);
      const all = [...args.slice(0, -1), ...(limit.args ?? []), ...more, ...args.slice(-1)];
      const launch = { cwd, env: { ...env, ...limit.env }, limitMs: TURN_LIMIT_MS, terminal };
      return start(binary, all, launch);
    },
    outerRun: async (prompt) => {
      const config = path.join(own, 'outer.yaml');
      await put(config, outerConfig(binary, host.argv('{prompt}', at.provider.url)));
      const args = ['exec', '--config', config, '--agent', 'outer', '--no-stdin', '--json', prompt];
      return start(process.execPath, [at.entry, ...args], { cwd, env, limitMs: TURN_LIMIT_MS }).end;
    },
    // The client's own `mcp add` has to be found before the fake Codex.
    router: (...args) =>
      start(process.execPath, [at.entry, ...args], {
        cwd,
        env: { ...env, PATH: `${at.binFolder}:${search}` },
        limitMs: TURN_LIMIT_MS,
      }).end,
    slow: async (seconds) => {
      await rm(`${codex}.hold`, { force: true });
      await put(`${codex}.seconds`, String(seconds));
    },
    hold: async () => {
      await rm(`${codex}.seconds`, { force: true });
      if (!existsSync(`${codex}.hold`)) await execa('mkfifo', [`${codex}.hold`]);
    },
    release: async () => {
      const file = await open(`${codex}.hold`, 'r+');
      await file.write('go\n');
      await rm(`${codex}.hold`, { force: true });
      await rm(`${codex}.seconds`, { force: true });
      await file.close();
    },
  };
}

/** Changes one number of our entry in the config of a client. */
export async function limitEntry({ host, home }: McpBench, seconds: number | null): Promise<void> {
  const { entry } = host.limit(seconds ?? 0);
  if (entry === undefined) return;
  const file = path.join(home, entry.file);
  const config = JSON.parse(await readFile(file, 'utf8'));
  const at = entry.keys.reduce((value, key) => value[key], config);
  if (seconds === null) delete at[entry.field];
  else at[entry.field] = entry.value;
  await writeFile(file, `${JSON.stringify(config, null, 2)}\n`);
}

async function put(file: string, text: string): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, text);
}

async function program(file: string, text: string): Promise<void> {
  await writeFile(file, text);
  await chmod(file, 0o755);
}
