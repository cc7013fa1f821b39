import type { Finding, HealthContext, HealthItem } from '../context.js';

/** Whether the collector of OpenTelemetry takes spans and metrics; without `--online` only what keeps them from being sent. */
export function checkTelemetry({ telemetry, connect }: HealthContext): HealthItem[] {
  const { trouble, targets } = telemetry;
  if (trouble !== null) {
    const fix = 'correct `telemetry.otlp` or the variables `OTEL_EXPORTER_OTLP_*`';
    const detail = `nothing is sent: ${trouble}`;
    return [{ check: 'telemetry', subject: 'otlp', ask: () => ({ status: 'warn', detail, fix }) }];
  }
  if (connect === null) return [];
  return targets.map(({ signal, url, ask }) => ({
    check: 'telemetry',
    subject: signal,
    ask: async () => finding(url, await ask()),
  }));
}

function finding(url: string, problem: string | null): Finding {
  const data = { url, accepted: problem === null };
  if (problem === null) return { status: 'ok', detail: `${url}, takes exports`, fix: null, data };
  const fix = 'start the collector, or correct `telemetry.otlp.endpoint` and its headers';
  return { status: 'warn', detail: `${url}: ${problem}`, fix, data };
}
