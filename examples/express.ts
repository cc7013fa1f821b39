// An HTTP endpoint that streams answers as server-sent events. A client that goes away cancels its run.
import express from 'express';
import { createRouter, eventDocument, loadConfig, RouterError } from 'llm-router-cli';

const router = createRouter(await loadConfig({ path: process.argv[2] }));
const app = express();
app.use(express.json({ limit: '1mb' }));

app.post('/ask', async (request, response) => {
  const left = new AbortController();
  response.on('close', () => left.abort());
  const { prompt, agent } = request.body as { prompt: string; agent?: string };
  try {
    let id = '';
    for await (const event of router.stream({ prompt, agent }, { signal: left.signal })) {
      if (event.type === 'invocation.started') id = event.id;
      if (!response.headersSent) response.writeHead(200, { 'content-type': 'text/event-stream' });
      const data = JSON.stringify(eventDocument(event, { id, ts: new Date().toISOString() }));
      response.write(`event: ${event.type}\ndata: ${data}\n\n`);
    }
    response.end();
  } catch (error) {
    if (!(error instanceof RouterError)) throw error;
    const { type, message, hint } = error.failure;
    response.status(400).json({ error: { type, message, hint } });
  }
});

const server = app.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => {
  console.log(`listening on ${JSON.stringify(server.address())}`);
});
process.once('SIGTERM', () => server.close(() => void router.close()));
