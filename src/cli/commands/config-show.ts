import { viewConfig } from '../../config-files/show.js';
import { nearest } from '../../diagnostics/suggest.js';
import { failure } from '../../domain/failure.js';
import { type LoadedCommandConfig, loadCommandConfig, usableConfig } from '../config.js';
import type { CommandContext } from '../context.js';
import { reportEarly } from '../report.js';

/** `config show`: the config as it holds, or one part of it. A config with errors is 78, an unknown key 64. */
export async function runConfigShow(
  context: CommandContext,
  key: string | null,
  options: { origin?: boolean; json?: boolean },
): Promise<number> {
  const loaded = await loadCommandConfig(context);
  const usable = usableConfig(loaded);
  if (!usable.ok) return reportEarly(context, usable.error);
  const redactor = context.output.redactor();
  const view = viewConfig(loaded, { env: context.world.env, dotted: key, redactor });
  if (view === null) {
    const how = 'give the keys of `config show` joined by dots, for example `agents.reviewer`';
    const near = nearest((key ?? '').split('.', 1)[0] ?? '', sectionsOf(loaded, context));
    const hint = near === null || key?.startsWith(`${near}.`) ? how : `did you mean \`${near}\`? ${how}`;
    const unknown = failure('usage', `no such key: \`${key}\``, { hint });
    return reportEarly(context, { failure: unknown });
  }
  const origins = options.origin === true;
  const { files } = usable.value.config;
  if (options.json === true) {
    const document = { files, config: view.value, ...(origins ? { origins: view.origins() } : {}) };
    await context.output.json(document);
    return 0;
  }
  const head =
    files.length === 0 ? 'no config file: only the built-in catalogue' : `from ${files.join(', ')}`;
  await context.output.file(`# ${head}\n${view.yaml({ origins })}`);
  return 0;
}

function sectionsOf(loaded: LoadedCommandConfig, { world, output }: CommandContext): string[] {
  const whole = viewConfig(loaded, { env: world.env, dotted: null, redactor: output.redactor() });
  return Object.keys(Object(whole?.value));
}
