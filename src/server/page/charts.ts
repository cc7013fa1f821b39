import { RANGES, type Range, type TimelineStatus } from '../status/document.js';
import { CHARTS, type Chart, partsOf, type Steps, stepsOf } from './chart-list.js';
import { chartTable } from './chart-table.js';
import { card, el, segmented, setText } from './dom.js';
import { RANGE_NAMES } from './format.js';
import { clockOf, type Plot, plotOf } from './plot.js';
import { nowMs } from './time.js';

/** The charts of a range of time, with the switch between ranges. */
export function charts(onRange: (range: Range) => void) {
  const drawn = CHARTS.map(chartOf);
  const grid = el('div', { class: 'charts' }, ...drawn.map(({ node }) => node));
  const node = card('Over time', grid);
  const options = RANGES.map(
    (range) => [range, `${range === '1h' ? '1 ' : ''}${RANGE_NAMES[range]}`] as const,
  );
  node.querySelector('.card-head')?.append(segmented('Range', options, { chosen: '1h', onChange: onRange }));
  return {
    node,
    show: (timeline: TimelineStatus | null): void => {
      for (const { show } of drawn) show(timeline);
    },
    /** The colours of the page have changed. */
    repaint: (): void => {
      for (const { repaint } of drawn) repaint();
    },
  };
}

function chartOf(chart: Chart) {
  const summary = el('span', { class: 'muted summary' });
  const canvas = el('div', { class: 'plot', role: 'img' });
  const table = chartTable(chart);
  const node = el(
    'div',
    { class: 'chart' },
    el('div', { class: 'line' }, el('h3', {}, chart.title), summary),
    canvas,
    el('div', { class: 'line' }, legendOf(chart), table.node),
  );
  let plot: Plot | null = null;
  let shown: { timeline: TimelineStatus; steps: Steps } | null = null;
  const onHover = (index: number | null): void => {
    if (shown !== null)
      setText(summary, index === null ? chart.summary(shown.steps) : stepText(chart, shown, index));
  };
  const draw = (): void => {
    if (shown === null || canvas.clientWidth === 0) return;
    plot ??= plotOf(chart, canvas, onHover);
    plot.draw(shown.timeline, shown.steps);
  };
  new ResizeObserver(() => {
    if (plot === null) draw();
    else plot.resize();
  }).observe(canvas);
  return {
    node,
    repaint: (): void => {
      plot?.remove();
      plot = null;
      draw();
    },
    show: (timeline: TimelineStatus | null): void => {
      if (timeline === null) return;
      shown = { timeline, steps: stepsOf(timeline, nowMs()) };
      draw();
      setText(summary, chart.summary(shown.steps));
      canvas.setAttribute(
        'aria-label',
        `${chart.title}, last ${RANGE_NAMES[timeline.range]}: ${chart.summary(shown.steps)}`,
      );
      table.show(shown.steps);
    },
  };
}

function legendOf({ series }: Chart): HTMLElement {
  const keys = series
    .toReversed()
    .map(({ label, colour }) => el('span', { class: `key ${colour.slice(2)}` }, label));
  return el('div', { class: 'legend' }, ...keys);
}

/** `14:05: 9 answered, 1 failed` */
function stepText(
  chart: Chart,
  { timeline, steps }: { timeline: TimelineStatus; steps: Steps },
  index: number,
): string {
  const at = clockOf((Date.parse(timeline.since) + index * timeline.step_ms) / 1000);
  const parts = partsOf(chart, steps).flatMap(({ label, values }) => {
    const value = values[index] ?? null;
    return value === null ? [] : [`${chart.format(value)} ${label}`];
  });
  return `${at}: ${parts.length === 0 ? 'none' : parts.reverse().join(', ')}`;
}
