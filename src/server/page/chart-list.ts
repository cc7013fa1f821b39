import type { TimelineStatus } from '../status/document.js';
import { briefDuration, count, money, plural } from './format.js';

/** One value of each step; `null`: there is none. */
export type Values = (number | null)[];

/** What a chart draws of each step. */
export interface Series {
  label: string;
  /** Name of the colour in the style sheet. */
  colour: string;
  kind: 'bars' | 'line';
  values: (steps: Steps) => Values;
}

export interface Chart {
  title: string;
  /** From back to front; bars are drawn over each other, so that later ones are parts of earlier ones. */
  series: readonly Series[];
  /** The axis ends at this or higher. */
  least: number;
  /** Distances between marks of the axis. */
  ticks: readonly number[];
  format: (value: number) => string;
  summary: (steps: Steps) => string;
}

export type Step = TimelineStatus['steps'][number];
/** Every step of a range; `null`: nothing was started in it. */
export type Steps = readonly (Step | null)[];

const failed = (step: Step): number => sum(Object.values(step.failure_types)) - cancelled(step);
const cancelled = (step: Step): number => step.failure_types.cancelled ?? 0;
const counted = (by: (step: Step) => number | null) => (steps: Steps) =>
  steps.map((step) => (step === null ? null : by(step)));

/** 1, 2, 5, 10 and so on. */
const TICKS = Array.from({ length: 9 }, (_, power) => [1, 2, 5].map((digit) => digit * 10 ** power)).flat();
const SECONDS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14_400, 43_200, 86_400];

export const CHARTS: readonly Chart[] = [
  {
    title: 'Runs',
    series: [
      {
        label: 'failed',
        colour: '--bad-fill',
        kind: 'bars',
        values: counted(({ invocations }) => invocations),
      },
      {
        label: 'cancelled',
        colour: '--idle-fill',
        kind: 'bars',
        values: counted((step) => step.invocations - failed(step)),
      },
      {
        label: 'answered',
        colour: '--accent-fill',
        kind: 'bars',
        values: counted((step) => step.invocations - failed(step) - cancelled(step)),
      },
    ],
    least: 4,
    ticks: TICKS,
    format: count,
    summary: (steps) => {
      const known = steps.filter((step) => step !== null);
      return `${plural(sum(known.map(({ invocations }) => invocations)), 'run')}, ${count(sum(known.map(failed)))} failed`;
    },
  },
  {
    title: 'Latency',
    series: [
      {
        label: 'p95',
        colour: '--warn-fill',
        kind: 'line',
        values: counted(({ p95_ms }) => p95_ms),
      },
      {
        label: 'p50',
        colour: '--accent-fill',
        kind: 'line',
        values: counted(({ p50_ms }) => p50_ms),
      },
    ],
    least: 1000,
    ticks: [100, 200, 500, ...SECONDS.map((seconds) => seconds * 1000)],
    format: (ms) => briefDuration(ms),
    summary: (steps) => {
      const slowest = Math.max(0, ...steps.flatMap((step) => step?.p95_ms ?? []));
      return slowest === 0 ? 'nothing was answered' : `p95 at most ${briefDuration(slowest)}`;
    },
  },
  {
    title: 'Cost',
    series: [
      {
        label: 'known cost',
        colour: '--accent-fill',
        kind: 'bars',
        values: counted(({ cost_usd }) => cost_usd),
      },
    ],
    least: 0.01,
    ticks: TICKS.map((cents) => cents / 10_000),
    format: money,
    summary: (steps) => {
      const unknown = sum(steps.map((step) => step?.without_price ?? 0));
      const known = money(sum(steps.map((step) => step?.cost_usd ?? 0)));
      return unknown === 0 ? known : `${known}, ${plural(unknown, 'run')} without a price`;
    },
  },
];

/** Every step from the first to this time. */
export function stepsOf({ since, step_ms: stepMs, steps }: TimelineStatus, untilMs: number): Steps {
  const sinceMs = Date.parse(since);
  const byTime = new Map(steps.map((step) => [Date.parse(step.at), step]));
  const length = Math.max(1, Math.floor((untilMs - sinceMs) / stepMs) + 1);
  return Array.from({ length }, (_, index) => byTime.get(sinceMs + index * stepMs) ?? null);
}

/** The values of each series; of bars the part that no other bar is drawn over. */
export function partsOf({ series }: Chart, steps: Steps): { label: string; values: Values }[] {
  const whole = series.map((one) => one.values(steps));
  return series.map(({ label, kind }, position) => {
    const over = kind === 'bars' ? whole[position + 1] : undefined;
    const values = (whole[position] ?? []).map((value, index) =>
      value === null ? null : value - (over?.[index] ?? 0),
    );
    return { label, values };
  });
}

function sum(values: readonly number[]): number {
  return values.reduce((all, value) => all + value, 0);
}
