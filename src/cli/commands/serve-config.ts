import { locateConfig } from '../../config-files/locate.js';
import { type Failure, failure } from '../../domain/failure.js';
import { lookup } from '../../domain/lookup.js';
import { err, ok, type Result } from '../../domain/result.js';
import { writeUnderLoad } from '../../files/file-thread.js';
import { forManyRequests } from '../../router/many-requests.js';
import { withNamedToolsOnly } from '../../router/named-tools.js';
import { createRouter } from '../../router/router.js';
import type { RouterWorld } from '../../router/world.js';
import type { ActiveConfig, ConfigInUse } from '../../server/active-config.js';
import { routerWorldOf, type UsableConfig } from '../command-router.js';
import { loadCommandConfig, usableConfig } from '../config.js';
import type { CommandContext } from '../context.js';
import { searchOf } from '../found-config.js';
import { printDiagnostics } from '../report.js';

/** A config as the server uses it: with the tools that it names and no other. The failure: it cannot be served. */
export function activeConfigOf(context: CommandContext, loaded: UsableConfig): Result<ActiveConfig, Failure> {
  if (loaded.config.files.length === 0) return err(noConfig());
  const config = withNamedToolsOnly(loaded.config);
  const { tokenEnv } = config.server;
  const token = lookup(context.world.env, tokenEnv) || null;
  if (token !== null && !CAN_BE_SENT.test(token)) return err(unsendable(tokenEnv));
  const { host, stores, urgent } = routerWorldOf(context, { ...loaded, config }, { gathers: true });
  const own = {
    ...host,
    // The tools of callers must not learn what callers need.
    env: Object.fromEntries(Object.entries(host.env).filter(([name]) => name !== tokenEnv)),
  };
  const world = forManyRequests({ host: own, stores: withFileThread(stores), urgent });
  return ok({
    config,
    router: createRouter(config, world),
    host: world.host,
    stores: world.stores,
    token,
  });
}

/** The stores of a server: traces are written by a thread while its event loop is busy. */
function withFileThread(stores: RouterWorld['stores']): RouterWorld['stores'] {
  const { traces } = stores;
  if (traces === null || 'store' in traces.place) return stores;
  return { ...stores, traces: { ...traces, place: { ...traces.place, writeText: writeUnderLoad } } };
}

/** Opens the ledger before the first request; without one a server is not ready, and hard budgets refuse. */
export async function openLedger({ stores }: ActiveConfig, output: CommandContext['output']): Promise<void> {
  const opened = await stores.ledger?.open();
  if (opened?.ok === false) await output.warn(opened.error.message);
}

/** What a header can hold after `Bearer`. */
const CAN_BE_SENT = /^[\x21-\x7e]+$/;

function unsendable(tokenEnv: string): Failure {
  return failure(
    'usage',
    `the token in \`${tokenEnv}\` has blanks or other characters that no caller can send`,
    {
      hint: 'give it visible ASCII characters alone, without a line end',
    },
  );
}

function noConfig(): Failure {
  return failure('config', 'no config was found, and a server offers only what a config names', {
    hint: 'write one with `llm-router config init`, or name one with `--config`',
  });
}

/** How often the files of the config are looked at, ms. */
const LOOK_MS = 1000;

/** Takes a changed config into use while the server runs; one that cannot be used leaves the one before. Returns how to stop. */
export function followConfig(
  context: CommandContext,
  configs: ConfigInUse,
  check: (next: ActiveConfig) => Failure | null,
): () => void {
  const follower = new Follower(context, configs, check);
  const timer = setInterval(() => void follower.look(), LOOK_MS);
  return () => clearInterval(timer);
}

class Follower {
  readonly #context: CommandContext;
  readonly #configs: ConfigInUse;
  readonly #check: (next: ActiveConfig) => Failure | null;
  /** The texts that were last looked at; `null`: none yet. */
  #seen: string | null = null;
  #isLooking = false;
  #waitsForTrust = false;

  constructor(context: CommandContext, configs: ConfigInUse, check: (next: ActiveConfig) => Failure | null) {
    this.#context = context;
    this.#configs = configs;
    this.#check = check;
    void this.look();
  }

  async look(): Promise<void> {
    if (this.#isLooking) return;
    this.#isLooking = true;
    try {
      const texts = await textsOf(this.#context);
      const isFirst = this.#seen === null;
      const isChanged = texts !== this.#seen;
      this.#seen = texts;
      if (!isFirst && (isChanged || this.#waitsForTrust)) await this.#take(isChanged);
    } finally {
      this.#isLooking = false;
    }
  }

  async #take(isNew: boolean): Promise<void> {
    const { output } = this.#context;
    const loaded = await loadCommandConfig(this.#context);
    const usable = usableConfig(loaded);
    this.#waitsForTrust = usable.ok && !loaded.isTrusted;
    if (this.#waitsForTrust) {
      if (isNew) await this.#keepOld('is not trusted: run `llm-router config trust`');
      return;
    }
    if (!usable.ok) {
      await this.#keepOld('has errors');
      return printDiagnostics(output, 'stderr', loaded.diagnostics, loaded.sources);
    }
    const next = activeConfigOf(this.#context, usable.value);
    const refused = next.ok ? this.#check(next.value) : next.error;
    if (!next.ok || refused !== null) return this.#keepOld(`cannot be used: ${refused?.message}`);
    await openLedger(next.value, output);
    const { server: before } = this.#configs.active.config;
    this.#configs.replace(next.value);
    await output.say('the changed config is in use');
    const { host, port } = next.value.config.server;
    if (host !== before.host || port !== before.port)
      await output.warn(
        '`server.host` and `server.port` are read at the start: restart the server to move it',
      );
  }

  async #keepOld(why: string): Promise<void> {
    this.#configs.isCurrent = false;
    await this.#context.output.warn(`the changed config ${why}; the one before stays in use`);
  }
}

/** The texts of all files of the config, with their paths. */
async function textsOf(context: CommandContext): Promise<string> {
  const { layers, own, unreadable } = locateConfig(searchOf(context));
  const files = [...layers, ...(own === null ? [] : [own])].flatMap((layer) => layer.files);
  return JSON.stringify([files.map(({ path, text }) => [path, text]), unreadable]);
}
