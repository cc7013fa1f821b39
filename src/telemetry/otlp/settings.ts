import { parseKeyPairsIntoRecord } from '@opentelemetry/core';
import { expandVariables } from '../../adapters/variables.js';
import type { RouterConfig } from '../../config/types.js';
import { err, ok, type Result } from '../../domain/result.js';

/** What is sent: spans or metrics. */
export type Signal = 'traces' | 'metrics';
export const SIGNALS: readonly Signal[] = ['traces', 'metrics'];

/** How OTLP encodes them. */
export type Protocol = 'http/protobuf' | 'http/json';

/** Where one signal goes, and how. */
export interface Target {
  url: string;
  headers: Readonly<Record<string, string>>;
  protocol: Protocol;
  isCompressed: boolean;
  /** Of one export with its retries. */
  timeoutMs: number;
}

/** Where everything goes; `null`: not sent. */
export interface OtlpSettings extends Readonly<Record<Signal, Target | null>> {
  serviceName: string;
  /** Attributes of the resource. */
  resource: Readonly<Record<string, string>>;
  /** Each export of metrics holds only what is new. */
  isDelta: boolean;
  metricsIntervalMs: number;
}

type Environment = Readonly<Record<string, string | undefined>>;
type OtlpConfig = RouterConfig['telemetry']['otlp'];

/** The settings by the config, and by the environment where the config says nothing; the error: why nothing can be sent. */
export function otlpSettings(config: OtlpConfig, env: Environment): Result<OtlpSettings, string> {
  const traces = targetOf('traces', config, env);
  if (!traces.ok) return traces;
  const metrics = targetOf('metrics', config, env);
  if (!metrics.ok) return metrics;
  const resource = parseKeyPairsIntoRecord(env.OTEL_RESOURCE_ATTRIBUTES);
  const preference = (env.OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE ?? '').toLowerCase();
  return ok({
    traces: traces.value,
    metrics: metrics.value,
    serviceName: env.OTEL_SERVICE_NAME || resource['service.name'] || 'llm-router',
    resource,
    isDelta: preference === 'delta' || preference === 'lowmemory',
    metricsIntervalMs: numberOf(env.OTEL_METRIC_EXPORT_INTERVAL) ?? 60_000,
  });
}

function targetOf(signal: Signal, config: OtlpConfig, env: Environment): Result<Target | null, string> {
  if (isSwitchedOff(signal, env)) return ok(null);
  const named = urlOf(signal, config, env);
  if (!named.ok || named.value === null) return named as Result<null, string>;
  const headers = headersOf(signal, config, env);
  if (!headers.ok) return headers;
  const protocol = config.protocol ?? (variable(signal, 'PROTOCOL', env) || 'http/protobuf');
  if (protocol !== 'http/protobuf' && protocol !== 'http/json')
    return err(`the protocol \`${protocol}\` is not known: set \`http/protobuf\` or \`http/json\``);
  const compression = variable(signal, 'COMPRESSION', env) ?? 'none';
  if (compression !== 'gzip' && compression !== 'none')
    return err(`the compression \`${compression}\` is not known: set \`gzip\` or \`none\``);
  const timeoutMs = numberOf(variable(signal, 'TIMEOUT', env)) ?? 10_000;
  const isCompressed = compression === 'gzip';
  return ok({ url: named.value, headers: headers.value, protocol, isCompressed, timeoutMs });
}

/** `OTEL_TRACES_EXPORTER` is a list of exporters, of which this one is `otlp`. */
function isSwitchedOff(signal: Signal, env: Environment): boolean {
  if (env.OTEL_SDK_DISABLED?.trim().toLowerCase() === 'true') return true;
  const exporters = env[`OTEL_${signal.toUpperCase()}_EXPORTER`] ?? '';
  const names = exporters.split(',').map((name) => name.trim());
  return exporters.trim() !== '' && !names.includes('otlp');
}

function urlOf(signal: Signal, config: OtlpConfig, env: Environment): Result<string | null, string> {
  const own = env[`OTEL_EXPORTER_OTLP_${signal.toUpperCase()}_ENDPOINT`] ?? '';
  if (config.endpoint === null && own !== '') return checkedUrl(own);
  const { text, missing } =
    config.endpoint === null
      ? { text: env.OTEL_EXPORTER_OTLP_ENDPOINT ?? '', missing: [] }
      : expandVariables(config.endpoint.value, env);
  const unset = missingVariable(missing);
  if (unset !== null) return err(unset);
  if (text === '') return ok(null);
  const base = checkedUrl(text);
  if (!base.ok) return base;
  const url = new URL(base.value);
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/v1/${signal}`;
  return ok(url.href);
}

function checkedUrl(text: string): Result<string, string> {
  if (/^https?:\/\/[^/\s]/i.test(text) && URL.canParse(text)) return ok(text);
  return err('the endpoint is not a URL that starts with `https://` or `http://`');
}

function headersOf(
  signal: Signal,
  config: OtlpConfig,
  env: Environment,
): Result<Record<string, string>, string> {
  const stated = Object.entries(config.headers);
  if (stated.length === 0)
    return ok({
      ...parseKeyPairsIntoRecord(env.OTEL_EXPORTER_OTLP_HEADERS),
      ...parseKeyPairsIntoRecord(env[`OTEL_EXPORTER_OTLP_${signal.toUpperCase()}_HEADERS`]),
    });
  const expanded = stated.map(([name, { value }]) => ({ name, ...expandVariables(value, env) }));
  const missing = missingVariable(expanded.flatMap((one) => one.missing));
  return missing === null
    ? ok(Object.fromEntries(expanded.map(({ name, text }) => [name, text])))
    : err(missing);
}

function missingVariable([name]: readonly string[]): string | null {
  return name === undefined ? null : `\`${name}\` is not set, and \`telemetry.otlp\` needs it`;
}

/** That of the signal, else that of both. */
function variable(signal: Signal, name: string, env: Environment): string | undefined {
  return (
    env[`OTEL_EXPORTER_OTLP_${signal.toUpperCase()}_${name}`] ||
    env[`OTEL_EXPORTER_OTLP_${name}`] ||
    undefined
  );
}

function numberOf(text: string | undefined): number | null {
  const number = Number(text || Number.NaN);
  return Number.isFinite(number) && number > 0 ? number : null;
}
