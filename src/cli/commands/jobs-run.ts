import { DAY_MS } from '../../domain/calendar.js';
import { failure } from '../../domain/failure.js';
import type { Invocation } from '../../domain/invocation.js';
import { reasonOf } from '../../files.js';
import { type Client, receiveOrder } from '../../jobs/channel.js';
import { BEAT_MS } from '../../jobs/jobs.js';
import { pruneJobs } from '../../jobs/prune.js';
import type { JobRecord } from '../../jobs/record.js';
import { beat, removeJob, writeEnd, writeRecord } from '../../jobs/store.js';
import { ledgerName } from '../../ledger/where.js';
import { jobsDir } from '../../paths.js';
import { ownIdentity } from '../../process/this-process.js';
import { traceFile } from '../../reports/traces.js';
import { cleanDocument } from '../../router/clean-document.js';
import type { Planned } from '../../router/planned.js';
import { commandRouter, ledgerOf, traceDirOf, type UsableConfig } from '../command-router.js';
import type { CommandContext } from '../context.js';
import { reportEarly } from '../report.js';
import { loadTrusted } from '../trusted-config.js';
import { type DetachedRun, runRequest } from './exec.js';
import { deadlineOf } from './exec-deadline.js';

/** `jobs run`, the process of a detached run: gets its order from the client that started it, and keeps what comes of it. */
export async function runJob(context: CommandContext, id: string): Promise<number> {
  const client = await receiveOrder();
  if (client === null) {
    const message = '`jobs run` is the process of a detached run, and nothing has given it an order';
    return reportEarly(context, { failure: failure('usage', message, { hint: 'use `exec --detach`' }) });
  }
  const { output } = context;
  const { format, raw, request } = client.order;
  output.format = format;
  output.raw = raw;
  const deadline = deadlineOf(context, request.timeoutMs);
  output.setDrainSignal(deadline.signal);
  try {
    const loaded = await loadTrusted(context, { dryRun: false, deadline });
    if (!loaded.ok) return await reportEarly(context, loaded.error);
    return await runOrder(context, { id, client, loaded: loaded.value, deadline });
  } finally {
    client.leave();
    deadline.dispose();
  }
}

interface Given {
  id: string;
  client: Client;
  loaded: UsableConfig;
  deadline: ReturnType<typeof deadlineOf>;
}

async function runOrder(context: CommandContext, given: Given): Promise<number> {
  const { client, loaded, deadline } = given;
  const { request, field, output, explain, yes } = client.order;
  const router = commandRouter(context, loaded, { ending: deadline.signal });
  const detached = new Detached(context, given);
  try {
    const options = { explain, yes, ...(output === null ? {} : { output }) };
    const run = { request, options, loaded, deadline, field: field === null ? null : [...field], detached };
    return await detached.end(await runRequest(context, router, run));
  } finally {
    detached.stop();
    await router.close();
  }
}

/** A detached run on disk. */
class Detached implements DetachedRun {
  readonly id: string;
  readonly #context: CommandContext;
  readonly #given: Given;
  readonly #dir: string;
  #invocation: Invocation | null = null;
  #beat: NodeJS.Timeout | undefined;

  constructor(context: CommandContext, given: Given) {
    this.id = given.id;
    this.#context = context;
    this.#given = given;
    this.#dir = jobsDir(context.world);
  }

  async started(planned: Planned) {
    const { clock } = this.#context.world;
    const kept = await attempted(() => writeRecord(this.#dir, this.#recordOf(planned)));
    if (kept !== null) return failure('input', `the detached run cannot be recorded: ${kept}`);
    if (!(await this.#given.client.started())) {
      await attempted(() => removeJob(this.#dir, this.id));
      return failure('cancelled', 'the client of this detached run ended before it was told its handle');
    }
    this.#given.client.leave();
    const keepAlive = () => void beat(this.#dir, this.id, clock.now()).catch(() => undefined);
    this.#beat = setInterval(keepAlive, BEAT_MS).unref();
    return null;
  }

  ended(invocation: Invocation): void {
    this.#invocation = invocation;
  }

  /** Keeps the end of a run that has started. */
  async end(code: number): Promise<number> {
    const { output, world } = this.#context;
    if (this.#beat === undefined) return code;
    const exitCode = code === 0 && output.lost() !== null ? 1 : code;
    const document = this.#invocation && cleanDocument(this.#invocation, output.redactor());
    const ended_at = new Date(world.clock.now()).toISOString();
    const end = { version: 1 as const, ended_at, exit_code: exitCode, document };
    const kept = await attempted(() => writeEnd(this.#dir, this.id, end));
    if (kept !== null) await output.error(`error: the end of this detached run cannot be recorded: ${kept}`);
    await attempted(() => pruneJobs({ dir: this.#dir, clock: world.clock }));
    return code;
  }

  stop(): void {
    clearInterval(this.#beat);
  }

  #recordOf({ id, traceId, startedAt, nowMs, request, plan }: Planned): JobRecord {
    const { loaded, client } = this.#given;
    const { traces } = loaded.config;
    const [first] = plan.candidates;
    const dir = traces.enabled ? traceDirOf(this.#context, loaded) : null;
    const redactor = this.#context.output.redactor();
    return {
      version: 1,
      id,
      trace_id: redactor.text(traceId),
      started_at: startedAt,
      started_by: client.order.startedBy,
      agent: plan.agent,
      tool: first?.tool ?? null,
      model: first?.model ?? null,
      session: request.session && redactor.text(request.session),
      parent_id: request.parent?.id ?? null,
      root_id: request.parent?.rootId ?? id,
      cwd: request.cwd,
      project: loaded.projectDir,
      trace: dir && traceFile(dir, id, startedAt),
      traces: dir,
      ledger: ledgerName(ledgerOf(this.#context, loaded)),
      keep_until: new Date(nowMs + traces.retentionDays * DAY_MS).toISOString(),
      is_raw: client.order.raw,
      process: ownIdentity(),
    };
  }
}

/** Why work with files failed; `null`: it did not. */
async function attempted(work: () => Promise<unknown>): Promise<string | null> {
  try {
    await work();
    return null;
  } catch (error) {
    return reasonOf(error);
  }
}
