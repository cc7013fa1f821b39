import { loadConfigFiles } from '../../config-files/load.js';
import { diagnosticsJson } from '../../diagnostics/formats.js';
import type { CommandConfig, CommandContext } from '../context.js';
import { printDiagnostics } from '../report.js';

/** `config validate`: all problems at once. Findings are the result: exit 1; 66 when a named path cannot be read. */
export async function runConfigValidate(
  context: CommandContext,
  paths: string[],
  options: { format: 'text' | 'json'; strict?: boolean },
): Promise<number> {
  const { env, cwd, home } = context.world;
  const explicit = paths.length > 0 ? paths : context.globals.config;
  const loaded = await loadConfigFiles({ explicit, env, cwd, home });
  const errors = loaded.diagnostics.filter(({ severity }) => severity === 'error').length;
  const warnings = loaded.diagnostics.filter(({ severity }) => severity === 'warning').length;
  if (options.format === 'json')
    await context.output.data(`${JSON.stringify(diagnosticsJson(loaded.diagnostics))}\n`);
  else await printText(context, loaded, { errors, warnings });
  if (loaded.unreadable.length > 0) return 66;
  return errors > 0 || (options.strict === true && warnings > 0) ? 1 : 0;
}

async function printText(
  context: CommandContext,
  loaded: CommandConfig,
  count: { errors: number; warnings: number },
): Promise<void> {
  const { output } = context;
  if (loaded.diagnostics.length > 0)
    await printDiagnostics(output, 'stdout', loaded.diagnostics, loaded.sources);
  if (loaded.config === null || count.errors > 0) {
    await output.say(`\n${plural(count.errors, 'error')}, ${plural(count.warnings, 'warning')}`);
    return;
  }
  const { files, agents, tools, models, policies } = loaded.config;
  const own = Object.values(tools).filter((tool) => !tool.builtIn).length;
  const sizes = [
    plural(Object.keys(agents).length, 'agent'),
    `${plural(Object.keys(tools).length, 'tool')} (${own} of your own)`,
    plural(Object.keys(models).length, 'model'),
    Object.keys(policies).length === 1 ? '1 policy' : `${Object.keys(policies).length} policies`,
  ];
  const from = files.length === 0 ? 'no file found, built-in catalogue only' : files.join(', ');
  const also = count.warnings > 0 ? `, ${plural(count.warnings, 'warning')}` : '';
  await output.data(`Configuration valid: ${sizes.join(', ')}${also} (${from})\n`);
}

function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}
