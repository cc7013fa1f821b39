import type { Command } from 'commander';
import { TEMPLATES } from '../../catalog/catalog.js';
import type { RouterConfig } from '../../config/types.js';
import { listJobs } from '../../jobs/jobs.js';
import { MCP_CLIENTS } from '../../mcp/clients/clients.js';
import { traceDirOf } from '../command-router.js';
import { TOPIC_NAMES } from '../commands/help.js';
import { loadCommandConfig } from '../config.js';
import type { CommandContext } from '../context.js';
import { jobsWorld } from '../jobs-world.js';
import { readTraces } from '../read-traces.js';
import type { Choice, NameKind } from './asked.js';

/** How many traces and jobs are offered, newest first. */
const MOST = 20;

const NEWEST: Choice = { value: 'last', description: 'the newest' };

/** The names that may stand at a place, by what the config, the traces and the jobs hold now. Nothing is run. */
export async function namesOf(kind: NameKind, context: CommandContext, program: Command): Promise<Choice[]> {
  switch (kind) {
    case 'traces':
      return [NEWEST, ...(await traces(context))];
    case 'jobs':
      return [NEWEST, ...(await jobs(context))];
    case 'templates':
      return Object.entries(TEMPLATES).map(([value, { description }]) => ({ value, description }));
    case 'topics':
      return [...plain(TOPIC_NAMES), ...program.createHelp().visibleCommands(program).map(commandChoice)];
    case 'clients':
      return plain(MCP_CLIENTS.map(({ name }) => name));
    default: {
      const { config } = await loadCommandConfig(context);
      return config === null ? [] : plain(NAMES_IN_CONFIG[kind](config));
    }
  }
}

const NAMES_IN_CONFIG = {
  agents: ({ agents }: RouterConfig) => Object.keys(agents),
  tools: ({ tools }: RouterConfig) => Object.keys(tools),
  candidates: ({ tools }: RouterConfig) =>
    Object.values(tools).flatMap(({ name, models }) => [
      name,
      ...models.filter(({ value }) => value !== '*').map(({ value }) => `${name}:${value}`),
    ]),
  models: ({ models }: RouterConfig) => Object.keys(models),
  policies: ({ policies }: RouterConfig) => Object.keys(policies),
  tasks: ({ agents }: RouterConfig) =>
    Object.values(agents).flatMap(({ taskTypes }) => Object.keys(taskTypes)),
};

async function traces(context: CommandContext): Promise<Choice[]> {
  const dir = traceDirOf(context, await loadCommandConfig(context));
  const read = await readTraces(dir, (store) => store.list({ last: MOST }));
  if (!read.ok) return [];
  return read.value.traces.map(({ id, agent, tool, status }) => {
    return { value: id, description: [agent, tool, status].filter((part) => part !== null).join(' ') };
  });
}

async function jobs(context: CommandContext): Promise<Choice[]> {
  const found = await listJobs(jobsWorld(context));
  return found.slice(0, MOST).map(({ state, record }) => {
    return { value: record.id, description: [record.agent, state].filter((part) => part !== null).join(' ') };
  });
}

function commandChoice(command: Command): Choice {
  return { value: command.name(), description: command.description() };
}

function plain(values: readonly string[]): Choice[] {
  return [...new Set(values)].map((value) => ({ value, description: '' }));
}
