import type { Paint } from '../../diagnostics/paint.js';
import { visible } from '../../diagnostics/visible.js';
import { padded, widthOf } from '../../diagnostics/width.js';
import type { CheckName, HealthRow } from '../../health/context.js';
import type { HealthListener } from '../../health/health.js';
import type { CommandContext } from '../context.js';
import { startSpinner } from '../progress.js';
import { plural } from '../words.js';
import { labelled } from '../wrap.js';

const TITLES: Readonly<Record<CheckName, string>> = {
  config: 'Config',
  machine: 'Machine',
  folder: 'Folders',
  client: 'MCP clients',
  run: 'Killed runs',
  snapshot: 'Snapshots',
  tool: 'Tools',
  variable: 'Variables',
  cooldown: 'Cooldowns',
  limit: 'Limits',
  ledger: 'Ledger',
  endpoint: 'Endpoints',
  telemetry: 'Telemetry',
  agent: 'Agents now',
};

/** Prints rows as they become known; on a terminal a spinner names the check that is waited for. */
export interface DoctorScreen extends HealthListener {
  /** Prints the verdict. */
  finish(rows: readonly HealthRow[]): Promise<void>;
}

/** Rows are printed in the order of the checks, whichever answers first. */
export function doctorScreen(context: CommandContext, { showsAll }: { showsAll: boolean }): DoctorScreen {
  const { output, world } = context;
  const width = world.stdout.columns || Number.POSITIVE_INFINITY;
  const spinner = startSpinner(context);
  let waiting: string[] = [];
  const unused: string[] = [];
  let section: CheckName | null = null;
  let room = SUBJECT.most;
  const showWaiting = (): void => {
    if (waiting[0] !== undefined) spinner.show(`checking ${waiting[0]}`);
  };
  return {
    started: (items) => {
      waiting = items.map(({ subject }) => subject);
      const longest = Math.max(...waiting.map(widthOf));
      room = Math.min(SUBJECT.most, Math.max(SUBJECT.least, longest));
      showWaiting();
    },
    row: async (row) => {
      if (!showsAll && isUnused(row)) {
        unused.push(row.subject);
        waiting.shift();
        return;
      }
      if (row.check !== 'tool') await showUnused();
      await showRow(row);
      waiting.shift();
      showWaiting();
    },
    finish: async (rows) => {
      await showUnused();
      spinner.hide();
      const count = (status: HealthRow['status']) => rows.filter((row) => row.status === status).length;
      const verdict = `${count('ok')} ok, ${plural(count('warn'), 'warning')}, ${count('fail')} failed`;
      await output.data(`\n${verdict}\n`);
    },
  };

  async function showRow(row: HealthRow): Promise<void> {
    const paint = await output.paint('stdout');
    const title =
      row.check === section ? [] : [...(section === null ? [] : ['']), paint.bold(TITLES[row.check])];
    section = row.check;
    spinner.hide();
    await output.data(`${[...title, ...rowLines(row, { width, room, paint })].join('\n')}\n`);
  }

  /** Tools that no agent needs, in one row after those that one does. */
  async function showUnused(): Promise<void> {
    const names = unused.splice(0);
    if (names.length === 0) return;
    const detail = `${names.join(', ')}: no agent needs them (\`--all\` says what each lacks)`;
    await showRow({ check: 'tool', subject: 'others', status: 'skip', detail, fix: null });
  }
}

/** A tool that no agent needs and that cannot run, or was not checked. */
function isUnused({ check, status, data }: HealthRow): boolean {
  return check === 'tool' && status === 'skip' && Array.isArray(data?.agents) && data.agents.length === 0;
}

/** Width of the subjects; a longer one gets a line of its own. */
const SUBJECT = { least: 8, most: 20 };

function rowLines(
  { subject: name, status, detail, fix }: HealthRow,
  { width, room, paint }: { width: number; room: number; paint: Paint },
): string[] {
  const marks = {
    ok: paint.success('ok  '),
    warn: paint.warning('warn'),
    fail: paint.error('FAIL'),
    skip: paint.dim('-   '),
  };
  const subject = visible(name);
  const indent = '  warn  '.length + room + 2;
  const indented = (text: string) => labelled('', text, { indent, width });
  const [first = '', ...rest] = indented(detail);
  const head = `  ${marks[status]}  ${padded(subject, room)}`;
  const beside = widthOf(subject) > room ? [head, first] : [`${head}  ${first.trimStart()}`];
  const fixes = fix === null ? [] : indented(`${paint.hint('fix:')} ${fix}`);
  return [...beside, ...rest, ...fixes];
}
