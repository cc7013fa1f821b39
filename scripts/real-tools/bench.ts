import { rmSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { cooldownFile } from '../../src/paths.js';
import { UNNAMED_OUTPUT_LIMIT } from './provider/random.js';
import type { FakeProvider } from './provider/server.js';
import { type Place, type RunningRouter, startRouter } from './router-run.js';
import type { RealTool } from './tools.js';

/** One tool, ready to be tried: a private home, a work folder and the provider. */
export interface Bench {
  tool: RealTool;
  provider: FakeProvider;
  /** The work folder, absolute. */
  cwd: string;
  /** A file of the work folder, and what stands in it. */
  secretFile: string;
  secretMark: string;
  /** What the slash command `/expand-me` of the work folder expands to. */
  commandMark: string;
  /** A JSON Schema, as a path. */
  schemaFile: string;
  /** Stands in the system prompt of every agent of the config. */
  systemMark: string;
  /** How many runs are tried under a cap. */
  capRuns: number;
  /** Starts `llm-router exec` with the tool and model chosen; without a prompt argument `stdin` is the prompt. */
  exec(args: readonly string[], stdin?: string, setting?: Setting): RunningRouter;
}

/** The `gateway` of the policy, its default, the default with prices of which a cap of cents has room for some calls, or with rollbacks. */
export type Setting = 'default' | 'always' | 'off' | 'cheap' | 'rollback';

const SECRET_FILE = 'secret.txt';
const SECRET_MARK = 'CANARY-IN-A-FILE-7351';
const SCHEMA_FILE = 'answer.schema.json';
const SCHEMA = {
  type: 'object',
  properties: { result: { type: 'integer', description: 'the-result-of-the-sum' } },
  required: ['result'],
  additionalProperties: false,
};
const COMMAND_MARK = 'CANARY-OF-A-COMMAND-9024';
const SYSTEM_MARK = 'CANARY-OF-THE-SYSTEM-PROMPT-2846';

/** Makes a fresh home and work folder for the tool below `folder`. `search` is the PATH of the tool. */
export async function openBench(
  tool: RealTool,
  at: { entry: string; folder: string; search: string; provider: FakeProvider; capRuns: number },
): Promise<Bench> {
  const { own, home, cwd, tmp } = await freshFolders(at.folder, tool.name);
  await writeFile(path.join(cwd, SECRET_FILE), `${SECRET_MARK}\n`);
  await writeFiles(home, tool.homeFiles(at.provider.url));
  const command = tool.folderCommand;
  if (command !== null) await writeFiles(cwd, { [command.path]: command.text(COMMAND_MARK) });
  await writeFiles(own, { [SCHEMA_FILE]: JSON.stringify(SCHEMA) });
  const changes = tool.changes(at.provider.url);
  const direct = { ...changes, ...tool.directChanges(at.provider.url) };
  const configs = {
    default: configOf(tool, changes),
    always: configOf(tool, changes, { gateway: 'always' }),
    off: configOf(tool, direct, { gateway: 'off' }),
    cheap: configOf(tool, changes, {}, CHEAP),
    rollback: configOf(tool, changes, { recovery: { after_failure: 'rollback' } }),
  };
  const configFile = (setting: Setting) => path.join(own, `${setting}.yaml`);
  for (const setting of Object.keys(configs) as Setting[])
    await writeFile(configFile(setting), configs[setting]);
  const env = environment({ tool, home, tmp, search: at.search, url: at.provider.url });
  const cooldowns = cooldownFile({ env, home });
  return {
    tool,
    provider: at.provider,
    cwd,
    secretFile: SECRET_FILE,
    secretMark: SECRET_MARK,
    commandMark: COMMAND_MARK,
    schemaFile: path.join(own, SCHEMA_FILE),
    systemMark: SYSTEM_MARK,
    capRuns: at.capRuns,
    exec: (args, stdin, setting = 'default') => {
      // What one case has learnt about the tool must not keep the next one from running it.
      rmSync(cooldowns, { force: true });
      const place = { entry: at.entry, cwd, env };
      return exec(tool, { args, place, config: configFile(setting), stdin });
    },
  };
}

/** Makes the private folders of a bench anew: `own` holds the others. */
export async function freshFolders(
  folder: string,
  name: string,
): Promise<Record<'own' | 'home' | 'cwd' | 'tmp', string>> {
  const own = path.join(folder, 'homes', name);
  const inside = { home: path.join(own, 'home'), cwd: path.join(own, 'work'), tmp: path.join(own, 'tmp') };
  await rm(own, { recursive: true, force: true });
  for (const one of Object.values(inside)) await mkdir(one, { recursive: true, mode: 0o700 });
  return { own, ...inside };
}

/** Writes files below a folder, by their paths. */
export async function writeFiles(folder: string, files: Record<string, string>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
    await writeFile(path.join(folder, name), text);
  }
}

function exec(
  { name, model }: RealTool,
  run: { args: readonly string[]; place: Place; config: string; stdin: string | undefined },
): RunningRouter {
  const chosen = ['exec', '--config', run.config, '--tool', name, '--model', model];
  const source = run.stdin === undefined ? ['--no-stdin'] : [];
  return startRouter([...chosen, ...source, ...run.args], run.place, run.stdin);
}

/** A price for the models of the loopback provider that the catalogue has none for, so that a cap can be held. */
const PRICED = {
  'qwen3-coder-plus': { cost_per_1m_tokens: { input: 1, output: 5 } },
  'loopback-model': { provider: 'loopback', cost_per_1m_tokens: { input: 1, output: 5 } },
};

/** What a cap of two cents has room for some calls of; micro-USD per token. */
export const CHEAP_PRICE = {
  input: 0.02,
  output: 0.1,
  cache_read: 0.002,
  cache_write: 0.025,
  cache_write_1h: 0.04,
};
const CHEAP = Object.fromEntries(
  ['haiku', 'gpt-6.1-sol', 'gemini-flash', 'qwen3-coder-plus', 'loopback-model'].map((name) => [
    name,
    {
      ...(name === 'loopback-model' ? { provider: 'loopback' } : {}),
      cost_per_1m_tokens: { ...CHEAP_PRICE, above: [] },
      max_output_tokens: UNNAMED_OUTPUT_LIMIT,
    },
  ]),
);

/** An agent for each access level, and no retries of ours: what is tried is one run of the tool. JSON is YAML. */
function configOf(
  tool: RealTool,
  changes: Record<string, unknown>,
  policy: { gateway?: 'always' | 'off'; recovery?: { after_failure: 'rollback' } } = {},
  models: object = PRICED,
): string {
  const agent = (access: string) => ({ access, system: `Answer briefly. ${SYSTEM_MARK}`, effort: 'low' });
  const agents = Object.fromEntries(['read', 'edit', 'full'].map((access) => [access, agent(access)]));
  const policies = { default: { ...policy, retry: { max_retries: 0 } } };
  return JSON.stringify({ version: 1, agents, policies, tools: { [tool.name]: changes }, models }, null, 2);
}

/** Nothing of the caller's environment, so that no login or key of a person can be used. */
export function environment(of: { tool: RealTool; home: string; tmp: string; search: string; url: string }) {
  return {
    PATH: of.search,
    HOME: of.home,
    TMPDIR: of.tmp,
    LANG: 'C.UTF-8',
    TERM: 'dumb',
    USER: 'tester',
    NO_PROXY: '127.0.0.1,localhost',
    LLM_ROUTER_TRACE_DIR: path.join(of.home, 'traces'),
    ...of.tool.env(of.url),
  };
}
