#!/usr/bin/env node
'use strict';
// A fake agent that calls its provider over HTTP, as the JSON in its prompt says, at the URL that it was given.
const http = require('node:http');

const base = process.env.BOT_BASE_URL ?? 'https://provider.invalid';
const chunks = [];
process.stdin.on('data', (chunk) => chunks.push(chunk)).on('end', () => void main());

async function main() {
  const script = JSON.parse(Buffer.concat(chunks).toString('utf8'));
  const results = [];
  while (script.forever && results.at(-1)?.status !== 0) results.push(await call(script.steps[0]));
  for (const step of script.forever ? [] : script.steps) {
    const times = Array.from({ length: step.times ?? 1 }, () => call(step));
    results.push(...(await Promise.all(times)));
    if (step.retries)
      for (let left = step.retries; left > 0 && results.at(-1).status >= 400; left--)
        results.push(await call(step));
  }
  if (script.hang) setInterval(() => {}, 1000);
  else finish(script, results);
}

function finish({ usage, exit = 0, quiet = false }, results) {
  const text = results.map(({ status, text }) => `${status} ${text}`).join('\n');
  if (!quiet) process.stdout.write(`${JSON.stringify({ text: text || 'done', ...usage })}\n`);
  process.exitCode = exit;
}

function call({ path = '/v1/messages', method = 'POST', body, headers = {}, url, pad = 0, chunked = false }) {
  return new Promise((resolve) => {
    const target = new URL(`${url ?? base}${path}`);
    const data = body === undefined ? '' : JSON.stringify(pad ? { ...body, pad: 'x'.repeat(pad) } : body);
    const length = chunked ? {} : { 'content-length': Buffer.byteLength(data) };
    const request = http.request(target, {
      method,
      headers: {
        'content-type': 'application/json',
        'x-api-key': process.env.BOT_KEY ?? '',
        ...length,
        ...headers,
      },
      agent: false,
    });
    const broken = (error) => resolve({ status: 0, text: error.code ?? String(error) });
    request.on('error', broken);
    request.on('response', (response) => {
      let text = '';
      response.on('data', (chunk) => {
        text += chunk.toString('latin1');
      });
      response.on('error', broken);
      response.on('end', () => resolve({ status: response.statusCode, text, headers: response.headers }));
    });
    if (!chunked) request.end(data);
    else {
      for (let at = 0; at < data.length; at += 65536) request.write(data.slice(at, at + 65536));
      request.end();
    }
  });
}
