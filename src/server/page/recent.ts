import type { RunStatus, RunsStatus } from '../status/document.js';
import { detail } from './detail.js';
import { card, code, el, empty, keyed, segmented, setText } from './dom.js';
import { basisText, compact, costText, pair, took } from './format.js';
import { statusPill } from './pills.js';
import { timeNode } from './time.js';

type Filter = 'all' | 'failed' | 'fallback';

const FILTERS: Readonly<Record<Filter, (run: RunStatus) => boolean>> = {
  all: () => true,
  failed: ({ status }) => status !== 'succeeded',
  fallback: ({ is_fallback }) => is_fallback,
};

const COLUMNS = ['', 'Started', 'Outcome', 'Agent', 'Tool and model', 'Attempts', 'Took', 'Tokens', 'Cost'];

const OPTIONS = [
  ['all', 'All'],
  ['failed', 'Not answered'],
  ['fallback', 'Fallbacks'],
] as const;

/** Runs that are shown before more are asked for. */
const FIRST = 20;

/** The runs that have ended, each of which opens to its plan and attempts. */
export function recent(): { node: HTMLElement; show: (runs: RunsStatus) => void } {
  let runs: readonly RunStatus[] = [];
  let filter: Filter = 'all';
  let most = FIRST;
  const table = tableNode();
  const none = el('div', {});
  const more = el('button', { type: 'button', class: 'quiet' });
  const update = keyed<RunStatus>(table, { key: ({ id }) => id, make: rowsOf });
  const draw = (): void => {
    const fitting = runs.filter(FILTERS[filter]);
    // What the reader has opened stays, however many follow.
    const shown = fitting.filter(({ id }, index) => index < most || isOpen(id));
    update(shown);
    table.hidden = shown.length === 0;
    none.replaceChildren(...(shown.length === 0 ? [emptyText(runs, filter)] : []));
    more.hidden = shown.length === fitting.length;
    setText(more, `Show ${fitting.length - shown.length} more`);
  };
  more.addEventListener('click', () => {
    most = Number.POSITIVE_INFINITY;
    draw();
  });
  const onChange = (chosen: Filter): void => {
    filter = chosen;
    draw();
  };
  const foot = el(
    'p',
    { class: 'foot line' },
    el('span', {}, ...code('Older ones: `llm-router trace`')),
    more,
  );
  const node = card('Recent runs', table, none, foot);
  node.querySelector('.card-head')?.append(segmented('Shown runs', OPTIONS, { chosen: filter, onChange }));
  return {
    node,
    show: (latest) => {
      runs = latest.recent;
      draw();
    },
  };
}

/** Roles are stated, since the layout for narrow screens would take away those of a table. */
function tableNode(): HTMLElement {
  const heads = COLUMNS.map((title) => {
    const content = title === '' ? el('span', { class: 'hidden' }, 'Details') : title;
    return el('th', { scope: 'col', role: 'columnheader' }, content);
  });
  const head = el('thead', { role: 'rowgroup' }, el('tr', { role: 'row' }, ...heads));
  return el('table', { class: 'runs', role: 'table', 'aria-label': 'Recent runs, newest first' }, head);
}

function isOpen(id: string): boolean {
  return document.getElementById(rowId(id))?.hidden === false;
}

function rowId(id: string): string {
  return `run-${id}`;
}

function emptyText(runs: readonly RunStatus[], filter: Filter): HTMLElement {
  if (runs.length === 0)
    return empty('Nothing has run in this project yet.', 'Try `llm-router exec --tool mock "hello"`.');
  return empty(filter === 'failed' ? 'All recent runs were answered.' : 'No recent run was a fallback.');
}

/** A run that has ended changes no more; its details are made when they are opened. */
function rowsOf(run: RunStatus): { node: HTMLElement; update: () => void } {
  const id = rowId(run.id);
  const button = el('button', {
    type: 'button',
    class: 'toggle',
    'aria-expanded': 'false',
    'aria-controls': id,
    'aria-label': `Details of the run of ${run.agent ?? 'no agent'} on ${pair(run)}`,
  });
  const box = el('td', { colspan: String(COLUMNS.length), role: 'cell' });
  const more = el('tr', { id, role: 'row', class: 'more', hidden: true }, box);
  const row = el('tr', { role: 'row', class: 'run' }, ...cellsOf(run, button));
  const toggle = (): void => {
    const isOpen = button.getAttribute('aria-expanded') === 'true';
    if (!isOpen && box.childElementCount === 0) box.append(detail(run));
    button.setAttribute('aria-expanded', String(!isOpen));
    more.hidden = isOpen;
  };
  row.addEventListener('click', (event) => {
    // A click that ends the selection of a text opens nothing.
    if (event.target !== button && getSelection()?.isCollapsed === false) return;
    toggle();
  });
  return { node: el('tbody', { role: 'rowgroup' }, row, more), update: () => undefined };
}

function cellsOf(run: RunStatus, button: HTMLElement): HTMLElement[] {
  const { usage, cost, attempts } = run;
  const cell = (name: string, ...content: (Node | string)[]) =>
    el('td', { role: 'cell', class: name }, ...content);
  const total = usage?.total ?? null;
  return [
    cell('c-toggle', button),
    cell('c-started', timeNode(run.started_at)),
    cell('c-outcome', statusPill(run)),
    cell('c-agent', run.agent ?? '–'),
    cell('c-pair', pair(run), ...(run.is_fallback ? [' ', el('span', { class: 'tag' }, 'fallback')] : [])),
    cell('c-tries', String(attempts.length)),
    cell('c-took', took(run.latency_ms)),
    cell(
      'c-tokens',
      el(
        'span',
        { title: total === null ? 'not reported' : `${total} tokens` },
        total === null ? '–' : compact(total),
      ),
    ),
    cell('c-cost', el('span', { title: basisText(cost) }, costText(cost))),
  ];
}
