import type { ISerializer } from '@opentelemetry/otlp-transformer';
import { emptyResource } from '@opentelemetry/resources';
import type { Environment } from '../../adapters/adapter.js';
import type { RouterConfig } from '../../config/types.js';
import { ok, type Result } from '../../domain/result.js';
import { metricsSerializer, shownUrl, traceSerializer } from './exporter.js';
import { otlpSettings, SIGNALS, type Signal, type Target } from './settings.js';
import { SignalExporter } from './signal-exporter.js';
import { OtlpTransport } from './transport.js';

/** Where one signal goes, and whether it is taken there. */
export interface TriedTarget {
  signal: Signal;
  url: string;
  /** Sends an export without content; resolves with what went wrong, `null`: it was taken. */
  ask: () => Promise<string | null>;
}

/** An endpoint may take so long, ms. */
const LIMIT_MS = 4000;

/** Where everything goes; the error: why nothing can be sent. */
export function targetsToTry(
  config: RouterConfig['telemetry']['otlp'],
  env: Environment,
): Result<TriedTarget[], string> {
  const settings = otlpSettings(config, env);
  if (!settings.ok) return settings;
  return ok(
    SIGNALS.flatMap((signal) => {
      const target = settings.value[signal];
      if (target === null) return [];
      return [{ signal, url: shownUrl(target.url), ask: () => problemOf(signal, target, env) }];
    }),
  );
}

async function problemOf(signal: Signal, target: Target, env: Environment): Promise<string | null> {
  const transport = new OtlpTransport({ ...target, timeoutMs: Math.min(target.timeoutMs, LIMIT_MS) }, env);
  transport.endBy(0);
  const send = <T>(serializer: ISerializer<T, object>, nothing: T) =>
    new SignalExporter(serializer, transport, () => undefined).try(nothing);
  const sent =
    signal === 'traces'
      ? await send(traceSerializer(target.protocol), [])
      : await send(metricsSerializer(target.protocol), { resource: emptyResource(), scopeMetrics: [] });
  transport.shutdown();
  return sent.ok ? null : sent.error;
}
