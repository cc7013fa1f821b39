// biome-ignore-all lint/suspicious/noExplicitAny: decoded messages have no types of their own
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo, Socket } from 'node:net';
import { gunzipSync } from 'node:zlib';

/** The official definitions of OTLP, compiled; the package that sends has an encoder of its own. */
const { opentelemetry } = createRequire(import.meta.url)('otlp-proto/build/src/generated/root.js');
const { TracesData } = opentelemetry.proto.trace.v1;
const { MetricsData } = opentelemetry.proto.metrics.v1;

type Values = Readonly<Record<string, unknown>>;

/** A span as a backend would show it. */
export interface SeenSpan {
  traceId: string;
  spanId: string;
  /** Empty: it is a root. */
  parentSpanId: string;
  name: string;
  kind: number;
  /** 2 is an error. */
  status: { code: number; message: string };
  startNs: bigint;
  endNs: bigint;
  attributes: Values;
  resource: Values;
}

/** A data point of a histogram. */
export interface SeenPoint {
  metric: string;
  unit: string;
  attributes: Values;
  count: number;
  sum: number;
  bounds: readonly number[];
  /** 1: since the last export, 2: since the start. */
  temporality: number;
}

/** A request as it came, its body unpacked. */
export interface SeenExport {
  path: string;
  headers: IncomingMessage['headers'];
  body: Buffer;
}

/** How the collector answers; `never` leaves the request open, `cut` ends the connection within an answer of 200. */
export type Answer =
  | 'never'
  | 'cut'
  | { status: number; headers?: Record<string, string>; body?: string | Buffer };

/** A collector of OpenTelemetry that decodes what it gets, in both encodings, by the official definitions. */
export interface Collector {
  url: string;
  exports: readonly SeenExport[];
  spans(): SeenSpan[];
  points(): SeenPoint[];
  /** Resolves once so many spans came. */
  spansOf(count: number): Promise<SeenSpan[]>;
  close(): Promise<void>;
}

/** Starts a collector that gives one answer to every request, or what `answer` says. */
export async function startCollector(
  answer: (path: string) => Answer = () => ({ status: 200 }),
): Promise<Collector> {
  const exports: SeenExport[] = [];
  const sockets = new Set<Socket>();
  let came = (): void => undefined;
  const server = createServer(async (request, response) => {
    const sent = await bodyOf(request);
    const body = request.headers['content-encoding'] === 'gzip' ? gunzipSync(sent) : sent;
    const path = request.url ?? '';
    exports.push({ path, headers: request.headers, body });
    reply(response, answer(path));
    came();
  });
  server.on('connection', (socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const decoded = (path: string, type: unknown) =>
    exports.filter((one) => one.path.endsWith(path)).map((one) => decode(one, type as typeof TracesData));
  const spans = () => decoded('/v1/traces', TracesData).flatMap(spansIn);
  return {
    url: `http://127.0.0.1:${port}`,
    exports,
    spans,
    spansOf: async (count) => {
      while (spans().length < count) await new Promise<void>((resolve) => (came = resolve));
      return spans();
    },
    points: () => decoded('/v1/metrics', MetricsData).flatMap(pointsIn),
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function reply(response: ServerResponse, answer: Answer): void {
  if (answer === 'never') return;
  if (answer === 'cut') {
    response.writeHead(200, { 'content-length': '9' });
    response.write('x', () => response.destroy());
    return;
  }
  response.writeHead(answer.status, answer.headers);
  response.end(answer.body);
}

/** JSON has ids as hexadecimal digits where protobuf has bytes, and 64-bit numbers as texts. */
function decode({ headers, body }: SeenExport, type: typeof TracesData): any {
  if (headers['content-type'] === 'application/json') {
    const data = JSON.parse(body.toString(), (key, value) =>
      /^(traceId|spanId|parentSpanId)$/.test(key) ? Buffer.from(value, 'hex').toString('base64') : value,
    );
    const wrong = type.verify(type.fromObject(data));
    if (wrong !== null) throw new Error(wrong);
    return type.toObject(type.fromObject(data), SHOWN);
  }
  return type.toObject(type.decode(body), SHOWN);
}

const SHOWN = { longs: String, bytes: String, defaults: true };

function spansIn(data: any): SeenSpan[] {
  return data.resourceSpans.flatMap(({ resource, scopeSpans }: any) =>
    scopeSpans.flatMap(({ spans }: any) =>
      spans.map((span: any) => ({
        traceId: hex(span.traceId),
        spanId: hex(span.spanId),
        parentSpanId: hex(span.parentSpanId),
        name: span.name,
        kind: span.kind,
        status: { code: span.status?.code ?? 0, message: span.status?.message ?? '' },
        startNs: BigInt(span.startTimeUnixNano),
        endNs: BigInt(span.endTimeUnixNano),
        attributes: valuesOf(span.attributes),
        resource: valuesOf(resource.attributes),
      })),
    ),
  );
}

function pointsIn(data: any): SeenPoint[] {
  return data.resourceMetrics.flatMap(({ scopeMetrics }: any) =>
    scopeMetrics.flatMap(({ metrics }: any) =>
      metrics.flatMap(({ name, unit, histogram }: any) =>
        histogram.dataPoints.map((point: any) => ({
          metric: name,
          unit,
          attributes: valuesOf(point.attributes),
          count: Number(point.count),
          sum: point.sum,
          bounds: point.explicitBounds,
          temporality: histogram.aggregationTemporality,
        })),
      ),
    ),
  );
}

function hex(base64: string | null): string {
  return Buffer.from(base64 ?? '', 'base64').toString('hex');
}

function valuesOf(pairs: readonly { key: string; value: any }[]): Values {
  return Object.fromEntries(pairs.map(({ key, value }) => [key, plainValue(value)]));
}

function plainValue(value: any): unknown {
  if (value.arrayValue != null) return value.arrayValue.values.map(plainValue);
  if (value.stringValue != null) return value.stringValue;
  if (value.intValue != null) return Number(value.intValue);
  return value.doubleValue ?? value.boolValue ?? null;
}
