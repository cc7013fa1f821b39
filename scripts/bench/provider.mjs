// A provider for benchmarks, in a process of its own: answers in 5 pieces, or in as many as the model's name says; as one document where
// no stream is asked for.
import { createServer } from 'node:http';

const piece = (delta, finish = null) =>
  `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', model: 'm', choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;
const word = piece({ content: 'word ' });
const usage = { prompt_tokens: 9, completion_tokens: 5, total_tokens: 14 };
const end = `${piece({}, 'stop')}data: ${JSON.stringify({ choices: [], usage })}\n\ndata: [DONE]\n\n`;
const message = { role: 'assistant', content: 'word '.repeat(5) };
const whole = JSON.stringify({
  id: 'c',
  object: 'chat.completion',
  model: 'm',
  choices: [{ index: 0, message, finish_reason: 'stop' }],
  usage,
});

const server = createServer((request, response) => {
  let text = '';
  request.setEncoding('utf8');
  request.on('data', (chunk) => {
    text += chunk;
  });
  request.on('end', async () => {
    if (/"stream": ?false/.test(text)) {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': whole.length });
      return response.end(whole);
    }
    const count = Number(/stream-(\d+)/.exec(text)?.[1] ?? 5);
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (let sent = 0; sent < count; sent += 20) {
      const more = response.write(word.repeat(Math.min(20, count - sent)));
      if (!more) await new Promise((resolve) => response.once('drain', resolve));
    }
    response.end(end);
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
process.on('disconnect', () => process.exit());
