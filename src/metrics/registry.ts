import type { Counter, Gauge, Histogram, Registry } from 'prom-client';
import {
  type LabelsOf,
  METRICS,
  type MetricDefinition,
  type MetricName,
  type NameOf,
} from './definitions.js';

/** One time series, with what it is now. */
export interface Sample {
  value: number;
  labels: Readonly<Record<string, string | number>>;
}

/** The metrics of one server, by their definitions. */
export interface MetricRegistry {
  add<Name extends NameOf<'counter'>>(name: Name, labels: LabelsOf<Name>, amount?: number): void;
  /** Raises or lowers a gauge. */
  change<Name extends NameOf<'gauge'>>(name: Name, labels: LabelsOf<Name>, by: 1 | -1): void;
  /** Replaces all series of a gauge. */
  replace<Name extends NameOf<'gauge'>>(
    name: Name,
    series: readonly { labels: LabelsOf<Name>; value: number }[],
  ): void;
  measure<Name extends NameOf<'histogram'>>(name: Name, labels: LabelsOf<Name>, seconds: number): void;
  samples(name: NameOf<'counter'>): Promise<readonly Sample[]>;
  /** The text format of Prometheus, and its content type. */
  text(): Promise<string>;
  readonly contentType: string;
}

/** Makes a registry that shares nothing with others of the process. */
export async function createRegistry(): Promise<MetricRegistry> {
  const client = await import('prom-client');
  const registry = new client.Registry();
  const metrics = metricsIn(registry, client);
  return {
    add: (name, labels, amount = 1) => metrics.counter(name).inc(labels, amount),
    change: (name, labels, by) => metrics.gauge(name).inc(labels, by),
    replace: (name, series) => {
      const gauge = metrics.gauge(name);
      gauge.reset();
      for (const { labels, value } of series) gauge.set(labels, value);
    },
    measure: (name, labels, seconds) => metrics.histogram(name).observe(labels, seconds),
    samples: async (name) => {
      const { values } = await metrics.counter(name).get();
      return values.map(({ value, labels }) => ({ value, labels: labels as Sample['labels'] }));
    },
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
}

type Client = typeof import('prom-client');

/** The objects of prom-client, by name. */
function metricsIn(registry: Registry, client: Client) {
  const counters = new Map<MetricName, Counter>();
  const gauges = new Map<MetricName, Gauge>();
  const histograms = new Map<MetricName, Histogram>();
  for (const [name, definition] of Object.entries(METRICS) as [MetricName, MetricDefinition][]) {
    const { type, help, labels, buckets = [] } = definition;
    const known = { name, help, labelNames: [...labels], registers: [registry] };
    if (type === 'counter') counters.set(name, new client.Counter(known));
    else if (type === 'gauge') gauges.set(name, new client.Gauge(known));
    else histograms.set(name, new client.Histogram({ ...known, buckets: [...buckets] }));
  }
  return {
    counter: (name: NameOf<'counter'>) => found(counters, name),
    gauge: (name: NameOf<'gauge'>) => found(gauges, name),
    histogram: (name: NameOf<'histogram'>) => found(histograms, name),
  };
}

function found<T>(metrics: ReadonlyMap<MetricName, T>, name: MetricName): T {
  const metric = metrics.get(name);
  if (metric === undefined) throw new Error(`no metric ${name}`);
  return metric;
}
