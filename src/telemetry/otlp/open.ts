import type { RouterConfig } from '../../config/types.js';
import { distinctName } from '../../crypto/crypto.js';
import { ok, type Result } from '../../domain/result.js';
import { OtlpExporter } from './exporter.js';
import { otlpSettings } from './settings.js';
import type { TelemetryWorld } from './subject.js';

/** The exporter of a router; the error: why nothing can be sent. */
export function openExporter(
  config: RouterConfig['telemetry']['otlp'],
  { env, version, warn }: TelemetryWorld,
): Result<OtlpExporter | null, string> {
  const settings = otlpSettings(config, env);
  if (!settings.ok) return settings;
  const { traces, metrics } = settings.value;
  if (traces === null && metrics === null) return ok(null);
  return ok(new OtlpExporter({ settings: settings.value, version, instanceId: distinctName(), env, warn }));
}
