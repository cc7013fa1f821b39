import { type LoadedCommandConfig, loadCommandConfig } from '../config.js';
import type { CommandContext } from '../context.js';

/** The config, for where the traces are; warns when its errors hide that. */
export async function loadForTraces(context: CommandContext): Promise<LoadedCommandConfig> {
  const loaded = await loadCommandConfig(context);
  if (loaded.config === null) {
    const more = 'traces are looked for in the default folder; see `llm-router config validate`';
    await context.output.warn(`the configuration has errors: ${more}`);
  }
  return loaded;
}

/** Names the files that were skipped. */
export async function warnDamaged({ output }: CommandContext, files: readonly string[]): Promise<void> {
  for (const file of files) await output.warn(`${file} is not a readable trace and was skipped`);
}
