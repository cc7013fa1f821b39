// A collector of OpenTelemetry in one file: `node otlp-collector.mjs [PORT]` prints the trees of the spans that it gets.
// It reads OTLP as JSON: `telemetry: { otlp: { endpoint: http://localhost:4318, protocol: http/json } }`.
import { createServer } from 'node:http';

const spans = [];
const server = createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const data = JSON.parse(Buffer.concat(chunks).toString());
  for (const { scopeSpans } of data.resourceSpans ?? [])
    for (const { spans: more } of scopeSpans) spans.push(...more);
  const known = new Set(spans.map(({ spanId }) => spanId));
  // The span of an outermost run is the last of its tree.
  const isWhole = ({ parentSpanId = '', attributes }) => {
    const has = (name) => attributes.some(({ key }) => key === name);
    const isRun = has('llm_router.policy') && !has('llm_router.parent.id');
    return isRun && !known.has(parentSpanId);
  };
  for (const root of spans.filter(isWhole)) print(root, '');
  response.end('{}');
});
server.listen(Number(process.argv[2] ?? 4318), '127.0.0.1', () => {
  console.log(`listening on http://127.0.0.1:${server.address().port}`);
});

function print(span, indent) {
  const ms = Math.round(Number(BigInt(span.endTimeUnixNano) - BigInt(span.startTimeUnixNano)) / 1e6);
  const values = Object.fromEntries(span.attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
  const notes = ['llm_router.tool', 'gen_ai.usage.input_tokens', 'gen_ai.usage.output_tokens', 'error.type']
    .filter((name) => values[name] !== undefined)
    .map((name) => `${name}=${values[name]}`);
  console.log(
    [`${indent}${span.name}`, `${ms} ms`, span.status.code === 2 ? 'ERROR' : '', ...notes]
      .filter(Boolean)
      .join('  '),
  );
  spans.splice(spans.indexOf(span), 1);
  spans
    .filter(({ parentSpanId }) => parentSpanId === span.spanId)
    .sort((a, b) => Number(BigInt(a.startTimeUnixNano) - BigInt(b.startTimeUnixNano)))
    .forEach((child) => {
      print(child, `${indent}  `);
    });
}
