// Sends the same request over a number of connections for some time, one after another on each, in a process of its own. Sockets instead
// of a client of HTTP, so that what sends needs little of the machine that it shares with what it measures.
import { connect } from 'node:net';
import { quantile } from './measure.mjs';

process.on('message', async (order) => {
  process.send(await load(order));
});

/** `{ port, path, headers, body, connections, ms, most }`; it ends after so many ms, or requests where `most` is given. */
async function load({ port, path, headers, body, connections, ms, most = Infinity }) {
  const head = Object.entries({
    host: `127.0.0.1:${port}`,
    'content-length': Buffer.byteLength(body),
    ...headers,
  });
  const lines = head.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  const request = `POST ${path} HTTP/1.1\r\n${lines}\r\n${body}`;
  const times = { whole: [], first: [], failed: 0, sent: 0, status: new Map() };
  const start = performance.now();
  await Promise.all(
    Array.from({ length: connections }, () => repeat({ port, request, end: start + ms, most, times })),
  );
  const seconds = (performance.now() - start) / 1000;
  const of = (values) => ({
    p50: quantile(values, 0.5),
    p95: quantile(values, 0.95),
    p99: quantile(values, 0.99),
  });
  return {
    count: times.whole.length,
    perSecond: times.whole.length / seconds,
    whole: of(times.whole),
    first: of(times.first),
    failed: times.failed,
    status: Object.fromEntries(times.status),
  };
}

function repeat({ port, request, end, most, times }) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.setNoDelay(true);
    let sentAt = 0;
    let answer = null;
    const next = () => {
      if (performance.now() >= end || times.sent >= most) return socket.end(resolve);
      times.sent += 1;
      answer = { text: '', first: 0 };
      sentAt = performance.now();
      socket.write(request);
    };
    socket.on('connect', next);
    socket.on('data', (bytes) => {
      answer.text += bytes.toString('latin1');
      const now = performance.now();
      if (answer.first === 0 && bodyOf(answer.text) !== '') answer.first = now - sentAt;
      if (!isWhole(answer.text)) return;
      const status = answer.text.slice(9, 12);
      times.status.set(status, (times.status.get(status) ?? 0) + 1);
      if (status === '200') {
        times.whole.push(now - sentAt);
        times.first.push(answer.first);
      } else times.failed += 1;
      next();
    });
    socket.on('error', () => {
      times.failed += 1;
      resolve();
    });
    socket.on('close', resolve);
  });
}

function bodyOf(text) {
  const at = text.indexOf('\r\n\r\n');
  return at < 0 ? '' : text.slice(at + 4);
}

function isWhole(text) {
  const at = text.indexOf('\r\n\r\n');
  if (at < 0) return false;
  const length = /\r\ncontent-length: (\d+)/i.exec(text.slice(0, at))?.[1];
  return length === undefined ? text.endsWith('\r\n0\r\n\r\n') : text.length >= at + 4 + Number(length);
}

process.send({ ready: true });
process.on('disconnect', () => process.exit());
