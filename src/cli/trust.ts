import { builtInConfig, type LoadedFiles, loadConfigFiles } from '../config-files/load.js';
import {
  recordTrust,
  removeTrust,
  type Trust,
  type TrustSubject,
  trustSubject,
} from '../config-files/trust.js';
import { visible } from '../diagnostics/visible.js';
import type { AuditEntry } from '../domain/audit.js';
import type { Deadline } from '../domain/deadline.js';
import { type Failure, failure } from '../domain/failure.js';
import { err, ok, type Result } from '../domain/result.js';
import { reasonOf } from '../files.js';
import { keepAudit } from '../router/audit.js';
import { callerOf, personOnly } from '../router/planning/caller.js';
import { auditTarget } from './audit-target.js';
import type { CommandContext } from './context.js';
import { shellCommand } from './shell-command.js';

/**
 * Makes sure that a config found by searching is trusted: recorded before, or confirmed now on the terminal. Returns why it
 * may not run.
 */
export async function requireTrust(
  context: CommandContext,
  loaded: LoadedFiles & { trust: Trust },
  deadline: Deadline,
): Promise<Failure | null> {
  const { trust } = loaded;
  if (trust.trusted) return null;
  if (callerOf(context.world) !== null) return notTrusted(loaded, trust.subject);
  const answer = await context.output.ask(questionFor(trust), deadline.signal);
  if (deadline.failure !== null) return deadline.failure;
  if (answer === null || !/^y(es)?$/i.test(answer.trim())) return notTrusted(loaded, trust.subject);
  return saveTrust(context, trust.subject, loaded);
}

/** Records trust, and says so in the audit log; returns why it could not be recorded. */
export async function saveTrust(
  context: CommandContext,
  subject: TrustSubject,
  loaded: LoadedFiles,
): Promise<Failure | null> {
  const nested = personOnly('`config trust`', callerOf(context.world));
  if (nested !== null) return nested;
  try {
    await recordTrust(context.world, subject);
  } catch (error) {
    return failure('input', `trust cannot be recorded: ${reasonOf(error)}`, {
      hint: 'set LLM_ROUTER_TRUST=1, or name the config with `--config`',
    });
  }
  const { folder, hash } = subject;
  const reason = `the config of ${folder} may run commands (${hash.slice(0, 12)})`;
  await auditTrust(context, loaded, { event: 'trust_granted', reason, project: folder });
  return null;
}

/** Ends the trust in a project, and says so in the audit log; returns whether there was any, or why it could not be ended. */
export async function endTrust(
  context: CommandContext,
  { folder }: TrustSubject,
  loaded: Pick<LoadedFiles, 'config'>,
): Promise<Result<boolean, Failure>> {
  try {
    const wasTrusted = await removeTrust(context.world, folder);
    const reason = `the config of ${folder} may no longer run commands`;
    if (wasTrusted) await auditTrust(context, loaded, { event: 'trust_ended', reason, project: folder });
    return ok(wasTrusted);
  } catch (error) {
    return err(failure('input', `the record of trust cannot be changed: ${reasonOf(error)}`));
  }
}

/** One line of the audit log. A config with errors says nothing about the log, which is then kept as without any config. */
async function auditTrust(
  context: CommandContext,
  { config }: Pick<LoadedFiles, 'config'>,
  line: Pick<AuditEntry, 'event' | 'reason' | 'project'>,
): Promise<void> {
  const known = config ?? builtInConfig(context.world.home).config;
  if (known === null) return;
  const entry = { ...NO_RUN, severity: 'info' as const, ...line };
  await keepAudit(auditTarget(context, known), [entry], context.output.redactor());
}

/** Fields of a line that is about no run. */
const NO_RUN = {
  agent: null,
  sourceAgent: null,
  session: null,
  traceId: null,
  invocationId: null,
  attemptedTool: null,
  attemptedModel: null,
  allowed: null,
  justification: null,
};

/** Trusts the project's config that was just written; returns why it could not. One that is not found from here needs no trust. */
export async function trustProject(context: CommandContext): Promise<Failure | null> {
  const { env, cwd, home } = context.world;
  const unnamed = { ...env, LLM_ROUTER_CONFIG: '' };
  const loaded = loadConfigFiles({ explicit: [], env: unnamed, cwd, home });
  const subject = trustSubject(loaded, context.world);
  return subject === null ? null : saveTrust(context, subject, loaded);
}

/** What trusting a project's config allows, and before it what changed since it was last trusted, indented below headings. */
export function trustLines({ allows }: TrustSubject, changes: readonly string[] = []): string {
  const list = (lines: readonly string[]) => lines.map((line) => `  ${line}`).join('\n');
  if (changes.length === 0) return list(allows);
  return `${list(changes)}\nThe whole of it allows:\n${list(allows)}`;
}

/** Lines that stay in sight: beyond them the question says how many there are, since the first ones matter most. */
const ON_SCREEN = 20;

function questionFor({ subject, changes }: Extract<Trust, { trusted: false }>): string {
  const folder = visible(subject.folder);
  const head =
    changes.length === 0
      ? `The config of ${folder} is not trusted yet. Trusting it allows:`
      : `The config of ${folder} has changed since it was trusted:`;
  const { length } = subject.allows;
  const above = length > ON_SCREEN ? `, with all ${length} lines above` : '';
  return `${head}\n${trustLines(subject, changes.map(visible))}\nTrust ${folder}${above}? [y/N] `;
}

function notTrusted({ config }: LoadedFiles, { folder }: TrustSubject): Failure {
  const file = config?.files.at(-1) ?? folder;
  const message = `\`${file}\` is not trusted yet, so nothing in it will run`;
  return failure('not_allowed', message, {
    hint: `read it, then run \`llm-router config trust\`; or name it with \`${shellCommand(['--config', file])}\`, or set LLM_ROUTER_TRUST=1`,
  });
}
