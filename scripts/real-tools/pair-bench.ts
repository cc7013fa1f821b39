import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { environment, freshFolders, writeFiles } from './bench.js';
import type { FakeProvider } from './provider/server.js';
import { type RunningRouter, startRouter } from './router-run.js';
import type { RealTool } from './tools.js';

/** What the policy does after the failure of the first tool. */
export type AfterFailure = 'rollback' | 'hand_over';

/** Tools with one home and one Git work tree; one after the first is tried after it, or beside it in a race. */
export interface PairBench {
  first: RealTool;
  second: RealTool;
  tools: readonly RealTool[];
  provider: FakeProvider;
  /** The work tree, absolute, with `notes.txt` committed. */
  cwd: string;
  /** Starts `llm-router` in it with the config of a policy. */
  start(args: readonly string[], policy: AfterFailure): RunningRouter;
}

/** A tracked file, and its content before the run. */
export const NOTES = { name: 'notes.txt', text: 'as committed\n' };

/** Makes a fresh home and work tree below `folder`. */
export async function openPairBench(
  tools: readonly [RealTool, RealTool, ...RealTool[]],
  at: { entry: string; folder: string; search: string; provider: FakeProvider },
): Promise<PairBench> {
  const [first, second] = tools;
  const { own, home, cwd, tmp } = await freshFolders(at.folder, tools.map(({ name }) => name).join('-'));
  const { url } = at.provider;
  for (const tool of tools) await writeFiles(home, tool.homeFiles(url));
  await writeFiles(cwd, { [NOTES.name]: NOTES.text });
  const author = ['-c', 'user.name=A', '-c', 'user.email=a@example.com'];
  for (const args of [
    ['init', '-q'],
    ['add', '-A'],
    ['commit', '-qm', 'first'],
  ])
    await execa('git', [...author, ...args], { cwd });
  const configs = { rollback: path.join(own, 'rollback.yaml'), hand_over: path.join(own, 'hand_over.yaml') };
  for (const [policy, file] of Object.entries(configs)) await writeFile(file, configOf(tools, url, policy));
  const env = Object.assign(
    environment({ tool: first, home, tmp, search: at.search, url }),
    ...tools.map((tool) => tool.env(url)),
  );
  return {
    first,
    second,
    tools,
    provider: at.provider,
    cwd,
    start: (args, policy) =>
      startRouter([...args, '--config', configs[policy]], { entry: at.entry, cwd, env }),
  };
}

/** No retries of ours: the tool that follows is the other one. JSON is YAML. */
function configOf(tools: readonly RealTool[], url: string, afterFailure: string): string {
  const [first, ...others] = tools.map(({ name, model }) => ({ name, model }));
  const agents = {
    edit: {
      access: 'edit',
      preferred_tool: first?.name,
      preferred_model: first?.model,
      fallback_chain: others.map(({ name, model }) => `${name}:${model}`),
    },
  };
  const policies = { default: { recovery: { after_failure: afterFailure }, retry: { max_retries: 0 } } };
  const changes = Object.fromEntries(tools.map((tool) => [tool.name, tool.changes(url)]));
  return JSON.stringify({ version: 1, agents, policies, tools: changes }, null, 2);
}
