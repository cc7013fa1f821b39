import type { Trust } from '../../config-files/trust.js';
import { type Diagnostic, formatPlace } from '../../diagnostics/diagnostic.js';
import { parseDuration } from '../../domain/duration.js';
import { type Failure, failure } from '../../domain/failure.js';
import { err, ok, type Result } from '../../domain/result.js';
import { serveMcp } from '../../mcp/server.js';
import type { Asked, McpService, OpenConfig } from '../../mcp/service.js';
import { VERSION } from '../../version.generated.js';
import { commandRouter, ledgerOf, loadCommandConfig, traceDirOf, usableConfig } from '../config.js';
import type { CommandContext } from '../context.js';
import { jobsWorld } from '../jobs-world.js';
import { reportEarly } from '../report.js';
import { globalsOf } from './exec-detach.js';
import { buildRequest } from './exec-request.js';

/** Options of `mcp`. */
export interface McpOptions {
  wait: string;
}

/** `mcp`: serves one client of the Model Context Protocol on stdin and stdout; returns the exit code. */
export async function runMcp(context: CommandContext, options: McpOptions): Promise<number> {
  const { world, output } = context;
  const waitMs = waitOf(options);
  if (!waitMs.ok) return reportEarly(context, { failure: waitMs.error });
  if (world.stdin.isTerminal)
    await output.say('waiting for an MCP client on stdin; `llm-router mcp install` sets one up');
  const ending = new AbortController();
  await serveMcp(serviceOf(context, { waitMs: waitMs.value, ending: ending.signal }), {
    stdin: world.stdin.stream(),
    stdout: world.stdout.stream,
    stop: AbortSignal.any([world.signal, output.closed]),
    version: VERSION,
    onTrouble: (error) => void output.warn(`the client of this server: ${error.message}`),
  });
  ending.abort();
  return 0;
}

/** The longest wait of a call, ms. */
const MOST_WAIT_MS = 3_600_000;

function waitOf({ wait }: McpOptions): Result<number, Failure> {
  if (/^0(ms|s|m|h)?$/.test(wait)) return ok(0);
  const parsed = parseDuration(wait);
  if (!parsed.ok) return err(failure('usage', `--wait: ${parsed.error}`));
  return parsed.value <= MOST_WAIT_MS ? parsed : err(failure('usage', '--wait: at most one hour'));
}

function serviceOf(
  context: CommandContext,
  { waitMs, ending }: Pick<McpService, 'waitMs' | 'ending'>,
): McpService {
  return {
    jobs: jobsWorld(context),
    waitMs,
    globals: globalsOf(context),
    requestOf: (asked) => requestOf(context, asked),
    open: () => openConfig(context),
    ending,
  };
}

/** As `exec` makes it, inside the run that this server was started in, if any. */
function requestOf(context: CommandContext, asked: Asked) {
  const { agent, task, tier, access, maxCostUsd } = asked;
  const options = {
    ...(agent === null ? {} : { agent }),
    ...(task === null ? {} : { task }),
    ...(tier === null ? {} : { tier }),
    ...(access === null ? {} : { access }),
    ...(maxCostUsd === null ? {} : { maxCost: maxCostUsd }),
    stdin: false,
    context: [],
    format: 'json' as const,
    tag: [],
  };
  const built = buildRequest(context, options, {
    prompt: { text: asked.prompt, file: null },
    system: null,
    schema: asked.schema,
    resume: null,
    timeoutMs: null,
    patienceMs: 0,
    stream: false,
  });
  return built.ok ? ok({ ...built.value, origin: 'mcp' as const }) : built;
}

async function openConfig(context: CommandContext): Promise<Result<OpenConfig, Failure>> {
  const { world, output } = context;
  const loaded = await loadCommandConfig(context);
  const usable = usableConfig(loaded);
  if (!usable.ok) return err(withErrors(usable.error.failure, loaded.diagnostics));
  const { config, projectDir } = usable.value;
  return ok({
    config,
    router: commandRouter(context, usable.value),
    ledger: { ...ledgerOf(context, loaded), now: world.clock.now, ending: world.signal },
    traceDir: traceDirOf(context, loaded),
    projectDir,
    redactor: output.redactor(),
    untrusted: loaded.isTrusted ? null : notTrusted(loaded.trust),
  });
}

/** A client sees no more than the failure, so that names the first errors and where they are. */
function withErrors(failed: Failure, diagnostics: readonly Diagnostic[]): Failure {
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  const first = errors.slice(0, MOST_ERRORS).map(({ place, message, hint }) => {
    const where = place === null ? '' : `${formatPlace(place)}: `;
    return `${where}${message}${hint === null ? '' : ` (${hint})`}`;
  });
  return { ...failed, hint: `${first.join('; ')}; see \`llm-router config validate\`` };
}

const MOST_ERRORS = 3;

/** A model is told whom to ask: it cannot trust a config itself. */
function notTrusted(trust: Trust): Failure {
  const folder = trust.trusted ? '' : trust.subject.folder;
  return failure('not_allowed', `the config of \`${folder}\` is not trusted yet, so nothing in it will run`, {
    hint: `ask the user to read it and to run \`llm-router config trust\` in \`${folder}\``,
  });
}
