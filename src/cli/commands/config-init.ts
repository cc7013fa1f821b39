import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { TEMPLATES } from '../../catalog/catalog.js';
import { CONFIG_FILE, CONFIG_FOLDER, shownPath } from '../../config-files/find.js';
import { exists, isYamlName } from '../../config-files/folder.js';
import { builtInConfig } from '../../config-files/load.js';
import { schemaText } from '../../config-files/show.js';
import { didYouMean } from '../../diagnostics/suggest.js';
import { type Failure, failure } from '../../domain/failure.js';
import { lookup } from '../../domain/lookup.js';
import { err, ok, type Result } from '../../domain/result.js';
import { reasonOf, writeByRename } from '../../files.js';
import { userConfigDir } from '../../paths.js';
import { namesFolder } from '../answer-file.js';
import { commandRouter, usableConfig } from '../config.js';
import type { CommandContext } from '../context.js';
import { reportEarly } from '../report.js';
import { shellCommand } from '../shell-command.js';
import { trustProject } from '../trust.js';
import { machineOf } from './doctor.js';

/** Of the user, for editors: too large for the root of a project. */
const SCHEMA_FILE = 'config.schema.json';

/** The options of `config init`. */
export interface InitOptions {
  template?: string;
  force?: boolean;
  output?: string;
  user?: boolean;
}

/**
 * `config init`: writes a config for the tools that are ready, and trusts it if it is the project's; never over an existing one
 * without `--force`. Asks nothing.
 */
export async function runConfigInit(context: CommandContext, options: InitOptions): Promise<number> {
  const badPath = pathTrouble(options.output);
  if (badPath !== null) return reportEarly(context, { failure: badPath });
  const target = targetOf(context, options);
  const tools = await toolsHere(context);
  const text = options.template === undefined ? ok(configFor(tools.ready)) : templateText(options.template);
  if (!text.ok) return reportEarly(context, { failure: text.error });
  const failed =
    (await inTheWay(target, options.force === true)) ?? (await write(context, target, text.value));
  if (failed !== null) return reportEarly(context, { failure: failed });
  const { output, world } = context;
  const shown = shownPath(target.file, world.cwd);
  await output.say(`wrote ${shown} (${whatFor(tools.ready, options.template)})`);
  for (const { name, why } of tools.notReady) await output.say(`left out: ${name} (${why})`);
  const distrusted = target.isProject ? await trustProject(context) : null;
  if (distrusted !== null) return reportEarly(context, { failure: distrusted });
  const named = target.isSearched ? [] : ['--config', shown];
  await output.say(`next: ${shellCommand(['llm-router', 'exec', ...named, 'hello'])}`);
  if (target.isProject) await output.say('the config is trusted; after a change: llm-router config trust');
  return 0;
}

/** Where the config goes. */
interface Target {
  file: string;
  /** The config of the working directory, which needs trust. */
  isProject: boolean;
  /** Is found without being named. */
  isSearched: boolean;
}

function pathTrouble(output: string | undefined): Failure | null {
  if (output === '') return failure('usage', '--output: the path is empty');
  const hint = 'an example on stdout: `llm-router template quick-start`';
  if (output === '-') return failure('usage', '--output: `-` is not a file', { hint });
  if (output === undefined || !namesFolder(output)) return null;
  return failure('input', `cannot write \`${output}\` (--output): it names a folder`);
}

/** A path that is searched is that of the project or the user, however it was named. */
function targetOf({ world }: CommandContext, { output, user }: InitOptions): Target {
  const ofUser = path.join(userConfigDir(world), CONFIG_FILE);
  const ofProject = path.join(world.cwd, CONFIG_FILE);
  const file = output === undefined ? (user === true ? ofUser : ofProject) : path.resolve(world.cwd, output);
  const isProject = file === ofProject && file !== ofUser;
  return { file, isProject, isSearched: isProject || file === ofUser };
}

function whatFor(ready: readonly string[], template: string | undefined): string {
  if (template !== undefined) return `template ${template}`;
  return ready.length === 0 ? 'no tool is ready, so it uses the built-in mock' : `found ${ready.join(', ')}`;
}

/** Built-in tools that can run here, and those that are installed and lack a login. */
interface ToolsHere {
  ready: string[];
  notReady: { name: string; why: string }[];
}

/** Asks every installed tool whether it can work; whatever config is around does not count. */
async function toolsHere(context: CommandContext): Promise<ToolsHere> {
  const builtIn = { ...builtInConfig(context.world.home), isTrusted: true, writableDir: null };
  const usable = usableConfig(builtIn);
  if (!usable.ok) return { ready: [], notReady: [] };
  const { tools } = usable.value.config;
  const router = commandRouter(context, usable.value);
  const machine = machineOf(context, builtIn, { isTrusted: true, misnamed: [] });
  const { cwd } = context.world;
  const rows = await router
    .health({ agent: null, probe: true, online: false, machine, cwd })
    .finally(() => router.close());
  const found = rows.filter(
    ({ check, subject, data }) =>
      check === 'tool' && lookup(tools, subject)?.kind !== 'mock' && data?.available === true,
  );
  const lacksLogin = (row: (typeof found)[number]) => row.data?.logged_in === false;
  return {
    ready: found.filter((row) => row.status !== 'skip' && !lacksLogin(row)).map(({ subject }) => subject),
    notReady: found.filter(lacksLogin).map(({ subject, detail }) => ({ name: subject, why: detail })),
  };
}

function configFor(ready: readonly string[]): string {
  const [first, ...others] = ready;
  return `# An annotated example with more keys: llm-router template quick-start
version: 1
default_agent: assistant
agents:
  assistant:
    preferred_tool: ${first ?? 'mock'}
    # Tried in this order when the previous one cannot run or fails.
    fallback_chain: [${others.join(', ')}]
    # none | read | edit | full: the most that the tool may do in the working directory
    access: read
policies:
  default:
    # In USD, for tools that bill per token: near the limit it warns and asks. \`limit: { type: hard }\` blocks.
    budget: { daily_usd: 10 }
`;
}

function templateText(name: string): Result<string, Failure> {
  const template = lookup(TEMPLATES, name);
  if (template !== null) return ok(template.text);
  const hint = didYouMean(name, Object.keys(TEMPLATES), 'templates');
  return err(failure('usage', `unknown template \`${name}\``, { hint }));
}

/** A config that is already there; a folder of configs cannot stand beside the file, forced or not. */
async function inTheWay({ file, isProject }: Target, overwrite: boolean): Promise<Failure | null> {
  const folder = path.join(path.dirname(file), CONFIG_FOLDER);
  const names = isProject ? await readdir(folder).catch((): string[] => []) : [];
  if (names.some(isYamlName)) {
    return failure('usage', `\`${CONFIG_FOLDER}/*.yaml\` is already the config of this project`, {
      hint: 'edit it, or move it away first',
    });
  }
  const other = path.join(path.dirname(file), 'llm-router.yml');
  if (isProject && exists(other))
    return failure('usage', '`llm-router.yml` is already the config of this project', {
      hint: 'edit it, or move it away first',
    });
  if (overwrite || !exists(file)) return null;
  return failure('usage', `\`${path.basename(file)}\` is already there`, {
    hint: 'give `--force` to overwrite it',
  });
}

/** Writes the config, with a line by which editors with the YAML language server find its schema, where that can be kept. */
async function write({ world }: CommandContext, { file }: Target, text: string): Promise<Failure | null> {
  const schema = path.join(userConfigDir(world), SCHEMA_FILE);
  const head = await writeByRename(schema, schemaText()).then(
    () => `# yaml-language-server: $schema=${pathToFileURL(schema).href}\n`,
    () => '',
  );
  try {
    await writeByRename(file, `${head}${text}`);
    return null;
  } catch (error) {
    return failure('input', `cannot write \`${shownPath(file, world.cwd)}\`: ${reasonOf(error)}`);
  }
}
