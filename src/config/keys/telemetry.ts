import { parseBaseUrl, parseReferences } from './checks.js';
import { anyWord, entries, map } from './containers.js';
import { HEADER_NAME } from './http-tools.js';
import { oneOf, text } from './kinds.js';

/** The encodings of OTLP that are sent. */
export const OTLP_PROTOCOLS = ['http/protobuf', 'http/json'] as const;

/** What other programs are told of runs while they happen. */
export const TELEMETRY = {
  otlp: map('Spans and metrics of every run, sent to a collector of OpenTelemetry', {
    endpoint: text(
      'Where the collector is, without `/v1/traces`: `http://localhost:4318`; may hold variables, as in `env_vars` [that of `OTEL_EXPORTER_OTLP_ENDPOINT`; without either nothing is sent]',
    )
      .checked(parseBaseUrl)
      .placed()
      .sends()
      .floor('own'),
    headers: entries(
      'Headers of every request to it; values may hold variables, as in `env_vars` [those of `OTEL_EXPORTER_OTLP_HEADERS`]',
      anyWord().checked(parseReferences),
      HEADER_NAME,
    )
      .placed()
      .sends()
      .floor('own'),
    protocol: oneOf(
      'The encoding [that of `OTEL_EXPORTER_OTLP_PROTOCOL`, else `http/protobuf`]',
      OTLP_PROTOCOLS,
    ),
  }),
};
