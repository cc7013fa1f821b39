import { createNoopMeter, type Meter, type Tracer } from '@opentelemetry/api';
import {
  JsonMetricsSerializer,
  JsonTraceSerializer,
  ProtobufMetricsSerializer,
  ProtobufTraceSerializer,
} from '@opentelemetry/otlp-transformer';
import { defaultResource, type Resource, resourceFromAttributes } from '@opentelemetry/resources';
import {
  AggregationTemporality,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { AlwaysOnSampler, type ReadableSpan, TracerProvider } from '@opentelemetry/sdk-trace';
import type { Environment } from '../../adapters/adapter.js';
import { err, type Result } from '../../domain/result.js';
import { GivenIds } from './ids.js';
import { AttemptMetrics } from './metrics.js';
import type { OtlpSettings, Protocol, Signal, Target } from './settings.js';
import { SignalExporter } from './signal-exporter.js';
import { SpanQueue } from './span-queue.js';
import { RunSpans } from './spans.js';
import type { ObservedRun, TimedEvent } from './subject.js';
import { OtlpTransport } from './transport.js';

/** How long a span waits for others to be sent with, ms. */
const BATCH_MS = 1000;

/** The surroundings of an exporter. */
export interface ExporterWorld {
  settings: OtlpSettings;
  /** Of the router. */
  version: string;
  /** Tells this process from others of the service. */
  instanceId: string;
  /** Variables that name proxies. */
  env: Environment;
  /** Called when something was not taken, and not again before that signal is. */
  warn: (message: string) => void | Promise<void>;
}

/** Sends the spans and metrics of runs by the OpenTelemetry SDK. */
export class OtlpExporter {
  readonly #world: ExporterWorld;
  readonly #ids = new GivenIds();
  readonly #transports: OtlpTransport[] = [];
  readonly #tracers: TracerProvider | null;
  readonly #meters: MeterProvider | null;
  readonly #tracer: Tracer | null;
  readonly #metrics: AttemptMetrics;
  /** The signals that were not taken the last time. */
  readonly #failing = new Set<Signal>();

  constructor(world: ExporterWorld) {
    this.#world = world;
    const { settings } = world;
    const resource = this.#resource();
    this.#tracers = settings.traces === null ? null : this.#tracerProvider(resource, settings.traces);
    this.#meters = settings.metrics === null ? null : this.#meterProvider(resource, settings.metrics);
    this.#tracer = this.#tracers?.getTracer('llm-router', world.version) ?? null;
    const meter: Meter = this.#meters?.getMeter('llm-router', world.version) ?? createNoopMeter();
    this.#metrics = new AttemptMetrics(meter);
  }

  /** Takes the events of one run, which has no spans in a trace that its caller does not record. */
  follow(run: ObservedRun): (timed: TimedEvent) => void {
    const isDropped = this.#tracer === null || run.parentSpan?.isSampled === false;
    const spans = isDropped ? null : new RunSpans(run, this.#tracer, this.#ids);
    return (timed) => {
      spans?.note(timed);
      if (timed.event.type === 'attempt.finished') this.#metrics.note(run, timed.event.record);
    };
  }

  /** Sends what is left until then, by `performance.now()`, and drops the rest. */
  async end(endMs: number): Promise<void> {
    for (const transport of this.#transports) transport.endBy(endMs);
    const flushed = Promise.allSettled([this.#tracers?.shutdown(), this.#meters?.shutdown()]);
    await settledWithin(flushed, endMs - performance.now());
    for (const transport of this.#transports) transport.shutdown();
    await flushed;
  }

  #tracerProvider(resource: Resource, target: Target): TracerProvider {
    const exporter = new SignalExporter<ReadableSpan[]>(
      traceSerializer(target.protocol),
      this.#transport(target),
      (sent) => this.#note('traces', sent),
    );
    return new TracerProvider({
      resource,
      sampler: new AlwaysOnSampler(),
      idGenerator: this.#ids,
      spanProcessors: [
        new SpanQueue({
          exporter,
          delayMs: BATCH_MS,
          timeoutMs: target.timeoutMs + BATCH_MS,
          dropped: (reason) => this.#note('traces', err(reason)),
        }),
      ],
    });
  }

  #meterProvider(resource: Resource, target: Target): MeterProvider {
    const { isDelta, metricsIntervalMs } = this.#world.settings;
    const exporter = new SignalExporter(metricsSerializer(target.protocol), this.#transport(target), (sent) =>
      this.#note('metrics', sent),
    );
    const temporality = isDelta ? AggregationTemporality.DELTA : AggregationTemporality.CUMULATIVE;
    const reader = new PeriodicExportingMetricReader({
      exporter: Object.assign(exporter, { selectAggregationTemporality: () => temporality }),
      exportIntervalMillis: metricsIntervalMs,
      exportTimeoutMillis: Math.min(metricsIntervalMs, target.timeoutMs + BATCH_MS),
    });
    return new MeterProvider({ resource, readers: [reader] });
  }

  #transport(target: Target): OtlpTransport {
    const transport = new OtlpTransport(target, this.#world.env);
    this.#transports.push(transport);
    return transport;
  }

  #resource(): Resource {
    const { settings, version, instanceId } = this.#world;
    return defaultResource().merge(
      resourceFromAttributes({
        'service.version': version,
        'service.instance.id': instanceId,
        ...settings.resource,
        'service.name': settings.serviceName,
      }),
    );
  }

  #note(signal: Signal, sent: Result<unknown, string>): void {
    if (sent.ok) {
      this.#failing.delete(signal);
      return;
    }
    const isKnown = this.#failing.size > 0;
    this.#failing.add(signal);
    const target = this.#world.settings[signal];
    if (!isKnown && target !== null)
      void this.#world.warn(`telemetry was not sent to ${shownUrl(target.url)}: ${sent.error}`);
  }
}

export function traceSerializer(protocol: Protocol): typeof JsonTraceSerializer {
  return protocol === 'http/json' ? JsonTraceSerializer : ProtobufTraceSerializer;
}

export function metricsSerializer(protocol: Protocol): typeof JsonMetricsSerializer {
  return protocol === 'http/json' ? JsonMetricsSerializer : ProtobufMetricsSerializer;
}

/** A URL may hold a password. */
export function shownUrl(url: string): string {
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname}`;
}

/** Waits at most so long, and keeps the process alive meanwhile. */
function settledWithin(work: Promise<unknown>, limitMs: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, Math.max(0, limitMs));
    void work.then(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}
