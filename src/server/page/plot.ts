import uPlot from 'uplot';
import type { TimelineStatus } from '../status/document.js';
import type { Chart, Series, Steps } from './chart-list.js';
import { el } from './dom.js';

/** A chart on a canvas. */
export interface Plot {
  draw(timeline: TimelineStatus, steps: Steps): void;
  resize(): void;
  remove(): void;
}

const HEIGHT = 150;

/** Draws into `parent`, in the colours that it has now. `onHover` gets the index of the step under the pointer. */
export function plotOf(chart: Chart, parent: HTMLElement, onHover: (index: number | null) => void): Plot {
  let plot: uPlot | null = null;
  let stepSeconds = 60;
  const make = (data: uPlot.AlignedData): uPlot =>
    new uPlot(optionsOf(chart, { parent, onHover, stepSeconds: () => stepSeconds }), data, parent);
  return {
    draw: (timeline, steps) => {
      stepSeconds = timeline.step_ms / 1000;
      const times = steps.map((_, index) => Date.parse(timeline.since) / 1000 + index * stepSeconds);
      const data: uPlot.AlignedData = [times, ...chart.series.map((one) => one.values(steps))];
      if (plot === null) plot = make(data);
      else plot.setData(data);
    },
    resize: () => {
      if (plot !== null && plot.width !== parent.clientWidth)
        plot.setSize({ width: parent.clientWidth, height: HEIGHT });
    },
    remove: () => plot?.destroy(),
  };
}

interface Place {
  parent: HTMLElement;
  onHover: (index: number | null) => void;
  stepSeconds: () => number;
}

function optionsOf(chart: Chart, { parent, onHover, stepSeconds }: Place): uPlot.Options {
  const colour = colourIn(parent);
  const axis: uPlot.Axis = {
    stroke: colour('--muted'),
    font: `11px ${getComputedStyle(parent).fontFamily}`,
    grid: { stroke: colour('--line'), width: 1 },
    ticks: { show: false },
  };
  return {
    width: parent.clientWidth,
    height: HEIGHT,
    padding: [8, 8, 0, 0],
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, sync: { key: 'status' }, points: { size: 6 } },
    scales: {
      // Bars begin at the start of their step.
      x: { range: (_, first, last) => [first, last + stepSeconds()] },
      y: { range: (_, __, most) => [0, Math.max(chart.least, most * 1.1)] },
    },
    axes: [
      { ...axis, space: 60, size: 24, values: (_, splits) => splits.map(clockOf) },
      {
        ...axis,
        space: 32,
        size: 56,
        incrs: [...chart.ticks],
        values: (_, splits) => splits.map((value) => (value === 0 ? '0' : chart.format(value))),
      },
    ],
    series: [{}, ...chart.series.map((one) => seriesOf(one, colour(one.colour)))],
    hooks: { setCursor: [({ cursor: { idx } }) => onHover(idx ?? null)] },
  };
}

/** The colours of the theme in use, as a canvas needs them: without variables and functions. */
function colourIn(parent: HTMLElement): (name: string) => string {
  return (name) => {
    const probe = parent.appendChild(el('span', { hidden: true }));
    probe.style.setProperty('color', `var(${name})`);
    const { color } = getComputedStyle(probe);
    probe.remove();
    return color;
  };
}

function seriesOf({ label, kind }: Series, colour: string): uPlot.Series {
  if (kind === 'line')
    return { label, stroke: colour, width: 2, spanGaps: false, points: { size: 5, fill: colour } };
  const paths = uPlot.paths.bars?.({ size: [0.8, 28], gap: 1, align: 1 });
  return {
    label,
    stroke: colour,
    fill: colour,
    width: 0,
    points: { show: false },
    ...(paths === undefined ? {} : { paths }),
  };
}

/** `14:05`, in the zone of the reader. */
export function clockOf(seconds: number): string {
  const at = new Date(seconds * 1000);
  return `${String(at.getHours()).padStart(2, '0')}:${String(at.getMinutes()).padStart(2, '0')}`;
}
