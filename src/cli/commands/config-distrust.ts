import { visible } from '../../diagnostics/visible.js';
import { loadCommandConfig } from '../config.js';
import type { CommandContext } from '../context.js';
import { reportEarly } from '../report.js';
import { endTrust } from '../trust.js';
import { nothingToTrust } from './config-trust.js';

/** `config distrust`: ends the trust in the project's config, also where it has errors. */
export async function runConfigDistrust(context: CommandContext): Promise<number> {
  const loaded = await loadCommandConfig(context);
  const { trust } = loaded;
  if (trust.subject === null) return nothingToTrust(context, trust.trusted && trust.why === 'named');
  const ended = await endTrust(context, trust.subject, loaded);
  if (!ended.ok) return reportEarly(context, { failure: ended.error });
  const shown = visible(trust.subject.folder);
  await context.output.say(ended.value ? `${shown} is no longer trusted` : `${shown} was not trusted`);
  return 0;
}
