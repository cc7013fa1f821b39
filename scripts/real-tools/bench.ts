import { rmSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { cooldownFile } from '../../src/paths.js';
import type { FakeProvider } from './provider/server.js';
import { type Place, type RunningRouter, startRouter } from './router-run.js';
import type { RealTool } from './tools.js';

/** One tool, ready to be tried: a private home, a work folder and the provider. */
export interface Bench {
  tool: RealTool;
  provider: FakeProvider;
  /** A file of the work folder, and what stands in it. */
  secretFile: string;
  secretMark: string;
  /** What the slash command `/expand-me` of the work folder expands to. */
  commandMark: string;
  /** A JSON Schema, as a path. */
  schemaFile: string;
  /** Stands in the system prompt of every agent of the config. */
  systemMark: string;
  /** Starts `llm-router exec` with the tool and model chosen; without a prompt argument `stdin` is the prompt. */
  exec(args: readonly string[], stdin?: string): RunningRouter;
  /** The same with a gateway, whatever the run is like; without retries by the tool too. */
  execThroughGateway(args: readonly string[]): RunningRouter;
}

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
  at: { entry: string; folder: string; search: string; provider: FakeProvider },
): Promise<Bench> {
  const own = path.join(at.folder, 'homes', tool.name);
  const [home, cwd, tmp] = ['home', 'work', 'tmp'].map((name) => path.join(own, name)) as [
    string,
    string,
    string,
  ];
  await rm(own, { recursive: true, force: true });
  for (const folder of [home, cwd, tmp]) await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFile(path.join(cwd, SECRET_FILE), `${SECRET_MARK}\n`);
  await writeFiles(home, tool.homeFiles(at.provider.url));
  const command = tool.folderCommand;
  if (command !== null) await writeFiles(cwd, { [command.path]: command.text(COMMAND_MARK) });
  await writeFiles(own, { [SCHEMA_FILE]: JSON.stringify(SCHEMA) });
  const config = path.join(own, 'llm-router.yaml');
  await writeFile(config, configOf(tool, tool.changes(at.provider.url), 'off'));
  const gatewayConfig = path.join(own, 'gateway.yaml');
  await writeFile(gatewayConfig, configOf(tool, gatewayChanges(tool, at.provider.url), 'always'));
  const env = environment({ tool, home, tmp, search: at.search, url: at.provider.url });
  const cooldowns = cooldownFile({ env, home });
  return {
    tool,
    provider: at.provider,
    secretFile: SECRET_FILE,
    secretMark: SECRET_MARK,
    commandMark: COMMAND_MARK,
    schemaFile: path.join(own, SCHEMA_FILE),
    systemMark: SYSTEM_MARK,
    exec: (args, stdin) => {
      // What one case has learnt about the tool must not keep the next one from running it.
      rmSync(cooldowns, { force: true });
      return exec(tool.name, tool.model, { args, place: { entry: at.entry, cwd, env }, config, stdin });
    },
    execThroughGateway: (args) => {
      rmSync(cooldowns, { force: true });
      const place = { entry: at.entry, cwd, env: { ...env, ...tool.gateway?.env } };
      const model = tool.gateway?.model ?? tool.model;
      return exec(tool.name, model, { args, place, config: gatewayConfig, stdin: undefined });
    },
  };
}

async function writeFiles(folder: string, files: Record<string, string>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
    await writeFile(path.join(folder, name), text);
  }
}

function exec(
  tool: string,
  model: string,
  run: { args: readonly string[]; place: Place; config: string; stdin: string | undefined },
): RunningRouter {
  const chosen = ['exec', '--config', run.config, '--tool', tool, '--model', model];
  const source = run.stdin === undefined ? ['--no-stdin'] : [];
  return startRouter([...chosen, ...source, ...run.args], run.place, run.stdin);
}

function gatewayChanges(tool: RealTool, url: string): Record<string, unknown> {
  const changes = tool.gateway?.changes(url) ?? {};
  return Object.keys(changes).length === 0 ? {} : { gateway: changes };
}

/** A price for the models of the loopback provider that the catalogue has none for, so that a cap can be held. */
const PRICED = {
  'qwen3-coder-plus': { cost_per_1m_tokens: { input: 1, output: 5 } },
  'loopback-model': { provider: 'loopback', cost_per_1m_tokens: { input: 1, output: 5 } },
};

/** An agent for each access level, and no retries of ours: what is tried is one run of the tool. JSON is YAML. */
function configOf(tool: RealTool, changes: Record<string, unknown>, gateway: 'off' | 'always'): string {
  const agent = (access: string) => ({ access, system: `Answer briefly. ${SYSTEM_MARK}`, effort: 'low' });
  const agents = Object.fromEntries(['read', 'edit', 'full'].map((access) => [access, agent(access)]));
  const policies = { default: { gateway, retry: { max_retries: 0 } } };
  return JSON.stringify(
    { version: 1, agents, policies, tools: { [tool.name]: changes }, models: PRICED },
    null,
    2,
  );
}

/** Nothing of the caller's environment, so that no login or key of a person can be used. */
function environment(of: { tool: RealTool; home: string; tmp: string; search: string; url: string }) {
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
