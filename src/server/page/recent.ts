import type { RunStatus, RunsStatus } from '../status/document.js';
import { detail } from './detail.js';
import { card, code, el, empty, keyed, segmented } from './dom.js';
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

/** The runs that have ended, each of which opens to its plan and attempts. */
export function recent(): { node: HTMLElement; show: (runs: RunsStatus) => void } {
  let runs: readonly RunStatus[] = [];
  let filter: Filter = 'all';
  const heads = COLUMNS.map((title) =>
    el(
      'th',
      { scope: 'col', role: 'columnheader' },
      title === '' ? el('span', { class: 'hidden' }, 'Details') : title,
    ),
  );
  // Roles are stated, since the layout for narrow screens would take away those of a table.
  const table = el(
    'table',
    { class: 'runs', role: 'table', 'aria-label': 'Recent runs, newest first' },
    el('thead', { role: 'rowgroup' }, el('tr', { role: 'row' }, ...heads)),
  );
  const none = el('div', {});
  const update = keyed<RunStatus>(table, { key: ({ id }) => id, make: rowsOf });
  const draw = (): void => {
    const shown = runs.filter(FILTERS[filter]);
    update(shown);
    table.hidden = shown.length === 0;
    none.replaceChildren(...(shown.length === 0 ? [emptyText(runs, filter)] : []));
  };
  const options = [
    ['all', 'All'],
    ['failed', 'Not answered'],
    ['fallback', 'Fallbacks'],
  ] as const;
  const filters = segmented('Shown runs', options, {
    chosen: filter,
    onChange: (chosen) => {
      filter = chosen;
      draw();
    },
  });
  const node = card(
    'Recent runs',
    table,
    none,
    el('p', { class: 'foot' }, ...code('Older ones: `llm-router trace`')),
  );
  node.querySelector('.card-head')?.append(filters);
  return {
    node,
    show: (latest) => {
      runs = latest.recent;
      draw();
    },
  };
}

function emptyText(runs: readonly RunStatus[], filter: Filter): HTMLElement {
  if (runs.length === 0)
    return empty('Nothing has run in this project yet.', 'Try `llm-router exec --tool mock "hello"`.');
  return empty(filter === 'failed' ? 'All recent runs were answered.' : 'No recent run was a fallback.');
}

/** A run that has ended changes no more; its details are made when they are opened. */
function rowsOf(run: RunStatus): { node: HTMLElement; update: () => void } {
  const id = `run-${run.id}`;
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
