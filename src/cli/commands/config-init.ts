import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { TEMPLATES } from '../../catalog/catalog.js';
import { CONFIG_FILE } from '../../config-files/find.js';
import { builtInConfig } from '../../config-files/load.js';
import { didYouMean } from '../../diagnostics/suggest.js';
import { type Failure, failure } from '../../domain/failure.js';
import { lookup } from '../../domain/lookup.js';
import { err, ok, type Result } from '../../domain/result.js';
import { commandRouter, usableConfig } from '../config.js';
import type { CommandContext } from '../context.js';
import { reportEarly } from '../report.js';

/** `config init`: writes `llm-router.yaml` for the tools that are installed; never over an existing one without `--force`. */
export async function runConfigInit(
  context: CommandContext,
  options: { template?: string; force?: boolean },
): Promise<number> {
  const ready = await readyTools(context);
  const text = options.template === undefined ? ok(configFor(ready)) : templateText(options.template);
  if (!text.ok) return reportEarly(context, { failure: text.error }, 'text');
  const failed = await writeNew(
    path.join(context.world.cwd, CONFIG_FILE),
    text.value,
    options.force === true,
  );
  if (failed !== null) return reportEarly(context, { failure: failed }, 'text');
  const found =
    ready.length === 0 ? 'no agent CLI was found, so it uses the built-in mock' : `found ${ready.join(', ')}`;
  await context.output.say(`wrote ${CONFIG_FILE} (${found})`);
  await context.output.say(`next: llm-router exec --config ${CONFIG_FILE} "hello"`);
  return 0;
}

/** Built-in tools that can run here; whatever config is around does not count. */
async function readyTools(context: CommandContext): Promise<string[]> {
  const usable = usableConfig(builtInConfig(context.world.home));
  if (!usable.ok) return [];
  const router = commandRouter(context, usable.value, context.world.signal);
  const rows = await router.health({ agent: null, probe: false, folders: [], cwd: context.world.cwd });
  return rows.flatMap(({ check, subject, status }) =>
    check === 'tool' && status === 'ok' && subject !== 'mock' ? [subject] : [],
  );
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

async function writeNew(file: string, text: string, overwrite: boolean): Promise<Failure | null> {
  try {
    await writeFile(file, text, { flag: overwrite ? 'w' : 'wx' });
    return null;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : null;
    if (code === 'EEXIST') {
      return failure('usage', `\`${CONFIG_FILE}\` is already there`, {
        hint: 'give `--force` to overwrite it',
      });
    }
    return failure(
      'input',
      `cannot write \`${CONFIG_FILE}\`: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}
