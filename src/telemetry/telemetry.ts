import type { RouterConfig } from '../config/types.js';
import type { EventSink } from '../domain/events.js';
import { reasonOf } from '../files.js';
import type { ObservedRun, TelemetryWorld, TimedEvent } from './otlp/subject.js';

/** How long the rest may take after the answer, ms. */
const END_MS = 1000;

/** The SDK loads while a tool works, but not in the time of a call that is over at once, ms. */
const LOAD_MS = 100;

/** Tells a collector of OpenTelemetry of runs. */
export interface Telemetry {
  /** Takes the events of one run, and never lets the run wait. */
  sinkOf(run: ObservedRun): EventSink;
  /** Sends what is left, for 1 s at most; nothing is sent after it. */
  end(): Promise<void>;
}

/** The telemetry that the config or the environment asks for; `null`: none. The SDK is loaded only when a run has begun. */
export function telemetryOf(config: RouterConfig, world: TelemetryWorld): Telemetry | null {
  return asksForTelemetry(config, world.env) ? new OtlpTelemetry(config.telemetry.otlp, world) : null;
}

/** Whether the config or the environment names a collector. */
export function asksForTelemetry(config: RouterConfig, env: TelemetryWorld['env']): boolean {
  return config.telemetry.otlp.endpoint !== null || ENDPOINTS.some((name) => env[name]);
}

const ENDPOINTS = [
  'OTEL_EXPORTER_OTLP_ENDPOINT',
  'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT',
  'OTEL_EXPORTER_OTLP_METRICS_ENDPOINT',
];

type Opened = Pick<import('./otlp/exporter.js').OtlpExporter, 'follow' | 'end'>;

class OtlpTelemetry implements Telemetry {
  readonly #config: RouterConfig['telemetry']['otlp'];
  readonly #world: TelemetryWorld;
  readonly #warned: Promise<void>[] = [];
  #opening: Promise<Opened | null> | null = null;
  #opened: Opened | null = null;
  #ending: Promise<void> | null = null;

  constructor(config: RouterConfig['telemetry']['otlp'], world: TelemetryWorld) {
    this.#config = config;
    this.#world = { ...world, warn: (message) => void this.#warned.push(warnSafely(world, message)) };
  }

  sinkOf(run: ObservedRun): EventSink {
    let waiting: TimedEvent[] = [];
    let follow: ((timed: TimedEvent) => void) | null = null;
    let loading: NodeJS.Timeout | undefined;
    const forward = (): void => {
      if (this.#opened === null) return;
      const ready = waiting;
      waiting = [];
      try {
        follow ??= this.#opened.follow(run);
        for (const timed of ready) follow(timed);
      } catch (error) {
        this.#world.warn(`telemetry of a run is missing: ${reasonOf(error)}`);
      }
    };
    return (event) => {
      if (WITHOUT_SPANS.includes(event.type)) return;
      waiting.push({ event, atMs: this.#world.now() });
      if (this.#opened !== null) return forward();
      if (event.type === 'attempt.started')
        loading ??= setTimeout(() => void this.#open().then(forward), LOAD_MS);
      if (event.type !== 'invocation.finished') return;
      clearTimeout(loading);
      void this.#open().then(forward);
    };
  }

  end(): Promise<void> {
    this.#ending ??= this.#end();
    return this.#ending;
  }

  async #end(): Promise<void> {
    if (this.#opening === null) return;
    const endMs = performance.now() + END_MS;
    await (await this.#opening)?.end(endMs);
    await Promise.all(this.#warned.splice(0));
  }

  #open(): Promise<Opened | null> {
    this.#opening ??= this.#load();
    return this.#opening;
  }

  async #load(): Promise<Opened | null> {
    try {
      const { openExporter } = await import('./otlp/open.js');
      const opened = openExporter(this.#config, this.#world);
      if (!opened.ok) this.#world.warn(`telemetry is not sent: ${opened.error}`);
      this.#opened = opened.ok ? opened.value : null;
    } catch (error) {
      this.#world.warn(`telemetry is not sent: ${reasonOf(error)}`);
    }
    return this.#opened;
  }
}

/** What a program does with a warning must not end it. */
async function warnSafely({ warn }: TelemetryWorld, message: string): Promise<void> {
  try {
    await warn(message);
  } catch {
    return;
  }
}

/** Events that no span shows, of which a run may have thousands. */
const WITHOUT_SPANS: readonly string[] = ['output.delta', 'output.restart', 'tool.activity'];
