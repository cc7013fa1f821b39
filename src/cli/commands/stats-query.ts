import { dayOf, type Period, periodStart } from '../../domain/calendar.js';
import { parseSince } from '../../domain/duration.js';
import { type Failure, failure } from '../../domain/failure.js';
import { err, ok, type Result } from '../../domain/result.js';
import type { RaceKey, RaceQuery } from '../../reports/race-report.js';
import type { ReportQuery, UsageKey } from '../../reports/usage-report.js';
import { projectFilter } from '../project-filter.js';

/** The options of `stats`, as the argument parser gives them. */
export interface StatsOptions {
  daily?: boolean;
  weekly?: boolean;
  monthly?: boolean;
  since?: string;
  until?: string;
  by?: string;
  races?: boolean;
  project?: string;
  agent?: string;
  tool?: string;
  model?: string;
  format: 'table' | 'json' | 'csv';
  json?: boolean;
}

/** What the options ask for; a day or key that cannot be read is a `usage` failure. Days are those of UTC. */
export function queryOf(
  options: StatsOptions,
  { nowMs, cwd }: { nowMs: number; cwd: string },
): Result<ReportQuery, Failure> {
  const period = periodOf(options);
  if (!period.ok) return period;
  const by = keysOf(options.by);
  if (!by.ok) return by;
  const until = options.until === undefined ? ok(dayOf(nowMs)) : dayIn('--until', options.until, nowMs);
  if (!until.ok) return until;
  const since =
    options.since === undefined
      ? ok(periodStart(period.value, until.value))
      : dayIn('--since', options.since, nowMs);
  if (!since.ok) return since;
  if (since.value > until.value)
    return err(failure('usage', `--since: ${since.value} is after the end of the report, ${until.value}`));
  const filter = filterOf(options, cwd);
  return ok({ since: since.value, until: until.value, period: period.value, by: by.value, filter });
}

/** What `--races` asks for. */
export function raceQueryOf(
  { by, ...options }: StatsOptions,
  world: { nowMs: number; cwd: string },
): Result<RaceQuery, Failure> {
  const query = queryOf(options, world);
  if (!query.ok) return query;
  const keys = by === undefined ? ok([...RACE_DEFAULTS]) : listOf(by, RACE_KEYS, isRaceKey);
  if (!keys.ok) return keys;
  const { since, until, filter } = query.value;
  return ok({ since, until, filter, by: keys.value });
}

const RACE_KEYS: readonly RaceKey[] = ['agent', 'tool', 'model', 'task', 'day', 'week', 'month'];
const RACE_DEFAULTS: readonly RaceKey[] = ['agent', 'tool', 'model', 'task'];

function isRaceKey(key: string): key is RaceKey {
  return RACE_KEYS.some((known) => known === key);
}

function filterOf({ project, agent, tool, model }: StatsOptions, cwd: string): ReportQuery['filter'] {
  return {
    ...(project === undefined ? {} : { project: projectFilter(cwd, project) }),
    ...(agent === undefined ? {} : { agent }),
    ...(tool === undefined ? {} : { tool }),
    ...(model === undefined ? {} : { model }),
  };
}

function periodOf({ daily, weekly, monthly }: StatsOptions): Result<Period, Failure> {
  const named: Period[] = [
    ...(daily === true ? ['day' as const] : []),
    ...(weekly === true ? ['week' as const] : []),
    ...(monthly === true ? ['month' as const] : []),
  ];
  const [period = 'day', second] = named;
  if (second === undefined) return ok(period);
  return err(failure('usage', 'give one of `--daily`, `--weekly` and `--monthly`'));
}

function dayIn(flag: string, text: string, nowMs: number): Result<string, Failure> {
  const time = parseSince(text, nowMs);
  return time.ok ? ok(dayOf(time.value)) : err(failure('usage', `${flag}: ${time.error}`));
}

const KEYS: readonly UsageKey[] = ['agent', 'tool', 'model', 'day', 'week', 'month', 'session'];

function keysOf(text: string | undefined): Result<UsageKey[] | null, Failure> {
  return text === undefined ? ok(null) : listOf(text, [...KEYS, 'tag:<key>'], isKey);
}

/** Distinct keys with commas between them. */
function listOf<K extends string>(
  text: string,
  known: readonly string[],
  isKnown: (key: string) => key is K,
): Result<K[], Failure> {
  const keys = text.split(',').map((key) => key.trim());
  const wrong = keys.find((key) => !isKnown(key));
  if (wrong !== undefined)
    return err(
      failure('usage', `--by: cannot group by \`${wrong}\``, {
        hint: `give one or more of ${known.join(', ')}, separated by commas`,
      }),
    );
  const twice = keys.find((key, index) => keys.indexOf(key) < index);
  if (twice !== undefined) return err(failure('usage', `--by: \`${twice}\` is named twice`));
  return ok(keys.filter(isKnown));
}

function isKey(key: string): key is UsageKey {
  return KEYS.some((known) => known === key) || /^tag:./.test(key);
}
