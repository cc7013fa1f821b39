import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { TEMPLATES } from '../../catalog/catalog.js';
import { CONFIG_FILE, CONFIG_FOLDER } from '../../config-files/find.js';
import { exists } from '../../config-files/folder.js';
import { builtInConfig } from '../../config-files/load.js';
import { schemaText } from '../../config-files/show.js';
import { didYouMean } from '../../diagnostics/suggest.js';
import { type Failure, failure } from '../../domain/failure.js';
import { lookup } from '../../domain/lookup.js';
import { emptyRequest } from '../../domain/request.js';
import { err, ok, type Result } from '../../domain/result.js';
import { reasonOf, writeByRename } from '../../files.js';
import { commandRouter, usableConfig } from '../config.js';
import type { CommandContext } from '../context.js';
import { reportEarly } from '../report.js';
import { trustProject } from '../trust.js';

const SCHEMA_FILE = 'llm-router.schema.json';
/** Editors with the YAML language server complete and check the config by the schema that this line names. */
const SCHEMA_LINE = `# yaml-language-server: $schema=./${SCHEMA_FILE}\n`;

/**
 * `config init`: writes `llm-router.yaml` for the tools that are installed, its schema beside it, and trusts them; never over
 * an existing config without `--force`. Asks nothing.
 */
export async function runConfigInit(
  context: CommandContext,
  options: { template?: string; force?: boolean },
): Promise<number> {
  const ready = await readyTools(context);
  const text = options.template === undefined ? ok(configFor(ready)) : templateText(options.template);
  if (!text.ok) return reportEarly(context, { failure: text.error });
  const failed =
    (await inTheWay(context.world.cwd, options.force === true)) ??
    (await write(context.world.cwd, `${SCHEMA_LINE}${text.value}`)) ??
    (await trustProject(context));
  if (failed !== null) return reportEarly(context, { failure: failed });
  await context.output.say(`wrote ${CONFIG_FILE} (${whatFor(ready, options.template)}) and ${SCHEMA_FILE}`);
  await context.output.say('next: llm-router exec "hello"');
  return 0;
}

function whatFor(ready: readonly string[], template: string | undefined): string {
  if (template !== undefined) return `template ${template}`;
  return ready.length === 0
    ? 'no agent CLI was found, so it uses the built-in mock'
    : `found ${ready.join(', ')}`;
}

/** Built-in tools that can run here and may be chosen automatically, independent of any config. */
async function readyTools(context: CommandContext): Promise<string[]> {
  const usable = usableConfig(builtInConfig(context.world.home));
  if (!usable.ok) return [];
  const router = commandRouter(context, usable.value);
  const planned = await router.plan(emptyRequest(context.world.cwd)).finally(() => router.close());
  if (!planned.ok) return [];
  const { candidates, rejected } = planned.value;
  const eligible = [...candidates, ...rejected.map(({ candidate }) => candidate)];
  const ready = new Set(
    eligible.flatMap((one) => (one?.availability?.available === true ? one.tool.name : [])),
  );
  return Object.keys(usable.value.config.tools).filter((name) => ready.has(name));
}

function configFor(ready: readonly string[]): string {
  const [first, ...others] = ready;
  return `# An annotated example with more keys: llm-router template quick-start
version: 1
default_agent: assistant
agents:
  assistant:
    preferred_tool: ${first ?? 'mock'}
    fallback_chain: [${others.join(', ')}]
    # none | read | edit | full: the most that the tool may do in the working directory
    access: read
`;
}

function templateText(name: string): Result<string, Failure> {
  const template = lookup(TEMPLATES, name);
  if (template !== null) return ok(template.text);
  const hint = didYouMean(name, Object.keys(TEMPLATES), 'templates');
  return err(failure('usage', `unknown template \`${name}\``, { hint }));
}

/** A config that is already there; a folder of configs cannot stand beside the file, forced or not. */
async function inTheWay(folder: string, overwrite: boolean): Promise<Failure | null> {
  const names = await readdir(path.join(folder, CONFIG_FOLDER)).catch((): string[] => []);
  if (names.some((name) => name.endsWith('.yaml'))) {
    return failure('usage', `\`${CONFIG_FOLDER}/*.yaml\` is already the config of this project`, {
      hint: 'edit it, or move it away first',
    });
  }
  if (overwrite || !(await exists(path.join(folder, CONFIG_FILE)))) return null;
  return failure('usage', `\`${CONFIG_FILE}\` is already there`, { hint: 'give `--force` to overwrite it' });
}

async function write(folder: string, text: string): Promise<Failure | null> {
  try {
    await writeByRename(path.join(folder, SCHEMA_FILE), schemaText());
    await writeByRename(path.join(folder, CONFIG_FILE), text);
    return null;
  } catch (error) {
    return failure('input', `cannot write \`${CONFIG_FILE}\`: ${reasonOf(error)}`);
  }
}
