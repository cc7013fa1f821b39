import { type Chart, partsOf, type Steps } from './chart-list.js';
import { el } from './dom.js';
import { clockOf } from './plot.js';

/** The figures of a chart for those who cannot see it; made while it is open. */
export function chartTable(chart: Chart): { node: HTMLElement; show: (steps: Steps) => void } {
  const body = el('tbody', {});
  const heads = ['Time', ...chart.series.map(({ label }) => label)].map((text) =>
    el('th', { scope: 'col' }, text),
  );
  const table = el('table', { 'aria-label': chart.title }, el('thead', {}, el('tr', {}, ...heads)), body);
  const scroll = el(
    'div',
    { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': `Table of ${chart.title}` },
    table,
  );
  const node = el('details', { class: 'as-table' }, el('summary', {}, 'Table'), scroll);
  let latest: Steps = [];
  const draw = (): void => body.replaceChildren(...rowsOf(chart, latest));
  node.addEventListener('toggle', () => node.open && draw());
  return {
    node,
    show: (steps) => {
      latest = steps;
      if (node.open) draw();
    },
  };
}

/** Newest first. */
function rowsOf(chart: Chart, steps: Steps): HTMLElement[] {
  const columns = partsOf(chart, steps);
  const rows = steps.flatMap((step, index) => {
    if (step === null) return [];
    const cells = columns.map(({ values }) => {
      const value = values[index] ?? null;
      return el('td', {}, value === null ? '–' : chart.format(value));
    });
    return [el('tr', {}, el('th', { scope: 'row' }, clockOf(Date.parse(step.at) / 1000)), ...cells)];
  });
  return rows.reverse();
}
