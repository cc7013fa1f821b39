import path from 'node:path';
import { toUsd } from '../../domain/cost.js';
import { failure } from '../../domain/failure.js';
import { dollars } from '../../domain/money.js';
import { type Imported, importFile } from '../../ledger/import.js';
import { ledgerName } from '../../ledger/where.js';
import { loadCommandConfig, usableConfig } from '../config.js';
import type { CommandContext } from '../context.js';
import { ledgerFailure, ledgerToChange } from '../ledger-place.js';
import { startSpinner } from '../progress.js';
import { reportEarly } from '../report.js';
import { plural } from '../words.js';

/** `ledger import`: adds the runs of a ledger file to the shared ledger, each once. */
export async function runLedgerImport(
  context: CommandContext,
  named: string | undefined,
  { json = false }: { json?: boolean },
): Promise<number> {
  const { output, world } = context;
  const loaded = usableConfig(await loadCommandConfig(context));
  if (!loaded.ok) return reportEarly(context, loaded.error);
  const place = ledgerToChange(context, loaded.value);
  if (!place.ok) return reportEarly(context, { failure: place.error });
  const { file: ownFile, shared = null, now, ending } = place.value;
  if (shared === null) {
    const message = `the ledger is the file \`${ownFile}\`, and not a shared database to import into`;
    const hint = 'name one with `ledger.url` or `ledger.url_env` of the config, or with `LLM_ROUTER_LEDGER`';
    return reportEarly(context, { failure: failure('config', message, { hint }) });
  }
  const file = named === undefined ? ownFile : path.resolve(world.cwd, named);
  const spinner = startSpinner(context);
  const done = await importFile({
    file,
    shared,
    now,
    ending,
    warn: (message) => {
      spinner.hide();
      void output.warn(message);
    },
    progress: (count, total) => spinner.show(`${plural(count, 'run')} of ${plural(total, 'run')}`),
  });
  spinner.hide();
  if (!done.ok) return reportEarly(context, { failure: ledgerFailure(done.error) });
  if (done.value === null) {
    const hint = 'name the file: `llm-router ledger import <file>`';
    return reportEarly(context, { failure: failure('input', `there is no ledger \`${file}\``, { hint }) });
  }
  const ledger = ledgerName(place.value);
  if (json) await output.json(importJson(done.value, { file, ledger }));
  else await output.data(`${importLines(done.value, { file, ledger }).join('\n')}\n`);
  return 0;
}

interface Where {
  file: string;
  ledger: string;
}

function importJson(done: Imported, { file, ledger }: Where) {
  return {
    file,
    ledger,
    imported: { runs: done.runs, attempts: done.attempts, usd: toUsd(done.countedMicroUsd) },
    known: done.known,
    too_old: done.tooOld,
    refused: done.refused,
    unfinished: done.unfinished,
  };
}

function importLines(done: Imported, { file, ledger }: Where): string[] {
  const { runs, attempts, known, tooOld, refused, unfinished } = done;
  const what = `${plural(runs, 'run')} (${plural(attempts, 'attempt')}, ${dollars(done.countedMicroUsd)})`;
  return [
    `imported ${what} from ${file} into ${ledger}`,
    ...(known === 0 ? [] : [`${plural(known, 'run')} ${was(known)} there already`]),
    ...(tooOld === 0
      ? []
      : [
          `${plural(tooOld, 'run')} ${was(tooOld)} left out: the shared ledger has removed the rows of these days`,
        ]),
    ...(refused === 0 ? [] : [`${plural(refused, 'run')} ${was(refused)} refused`]),
    ...(unfinished === 0
      ? []
      : [`${plural(unfinished, 'run')} ${unfinished === 1 ? 'is' : 'are'} not over: import again later`]),
  ];
}

function was(count: number): string {
  return count === 1 ? 'was' : 'were';
}
