import { visible } from '../../diagnostics/visible.js';
import { failure } from '../../domain/failure.js';
import { loadCommandConfig, usableConfig } from '../config.js';
import type { CommandContext } from '../context.js';
import { reportEarly } from '../report.js';
import { saveTrust, trustLines } from '../trust.js';

/** `config trust`: shows what the project's config would run and records trust in it; `--show` records nothing. */
export async function runConfigTrust(context: CommandContext, options: { show?: boolean }): Promise<number> {
  const loaded = await loadCommandConfig(context);
  const usable = usableConfig(loaded);
  if (!usable.ok) return reportEarly(context, usable.error);
  const { trust } = loaded;
  const { subject } = trust;
  const folder = subject === null ? '' : visible(subject.folder);
  if (subject === null) return nothingToTrust(context, trust.trusted && trust.why === 'named');
  const changes = trust.trusted ? [] : trust.changes.map(visible);
  const changed = changes.length === 0 ? '' : 'It has changed since it was trusted:\n';
  if (options.show === true) {
    const state = trust.trusted ? `trusted (${WHY[trust.why]})` : 'not trusted';
    await context.output.data(`${folder}: ${state}\n${changed}${trustLines(subject, changes)}\n`);
    return trust.trusted ? 0 : 1;
  }
  const head = changes.length === 0 ? `Trusting the config of ${folder} allows:\n` : changed;
  await context.output.say(`${head}${trustLines(subject, changes)}`);
  const failed = await saveTrust(context, subject, loaded);
  if (failed !== null) return reportEarly(context, { failure: failed });
  await context.output.say(
    `trusted ${folder}; any change asks again, except one of a description or prompt text`,
  );
  return 0;
}

const WHY = {
  named: 'it was named',
  variable: 'LLM_ROUTER_TRUST=1',
  recorded: 'by `config trust`',
  'nothing found': 'nothing was found',
};

/** Says why there is no config that needs trust; returns the exit code. */
export async function nothingToTrust(context: CommandContext, isNamed: boolean): Promise<number> {
  if (isNamed) {
    await context.output.say('a config named by `--config` or LLM_ROUTER_CONFIG is always trusted');
    return 0;
  }
  const missing = failure('config', 'no project config was found that could be trusted', {
    hint: 'see `llm-router config path`',
  });
  return reportEarly(context, { failure: missing });
}
