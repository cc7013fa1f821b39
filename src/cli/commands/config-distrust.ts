import { removeTrust } from '../../config-files/trust.js';
import { visible } from '../../diagnostics/visible.js';
import { failure } from '../../domain/failure.js';
import { reasonOf } from '../../files.js';
import { loadCommandConfig } from '../config.js';
import type { CommandContext } from '../context.js';
import { reportEarly } from '../report.js';
import { nothingToTrust } from './config-trust.js';

/** `config distrust`: ends the trust in the project's config, also where it has errors. */
export async function runConfigDistrust(context: CommandContext): Promise<number> {
  const { trust } = await loadCommandConfig(context);
  if (trust.subject === null) return nothingToTrust(context, trust.trusted && trust.why === 'named');
  const { folder } = trust.subject;
  try {
    const wasTrusted = await removeTrust(context.world, folder);
    const shown = visible(folder);
    await context.output.say(wasTrusted ? `${shown} is no longer trusted` : `${shown} was not trusted`);
    return 0;
  } catch (error) {
    const message = `the record of trust cannot be changed: ${reasonOf(error)}`;
    return reportEarly(context, { failure: failure('input', message) });
  }
}
