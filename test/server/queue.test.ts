import { describe, expect, it } from '@jest/globals';
import { frame, startProvider } from '../rig/provider.js';
import { json, MOCK, overHttp, serve, served } from './served.js';

const ASK = { jsonrpc: '2.0', id: 1, method: 'llm.complete', params: { prompt: 'hi' } };
const CHAT = { model: 'me', messages: [{ role: 'user', content: 'hi' }] };

describe('requests beyond what runs at once', () => {
  it('wait in their order, and beyond the queue get 429 and when to come back', async () => {
    const provider = await startProvider();
    const running = await serve(overHttp(provider.url, 'server: { max_concurrent: 1, queue: 2 }'));
    try {
      const first = running.post('/rpc', ASK);
      const one = await provider.nextCall();
      const waiting = [];
      for (const prompt of ['second', 'third']) {
        waiting.push(running.post('/rpc', { ...ASK, params: { prompt } }));
        while (running.service.turns.waiting < waiting.length) await new Promise(setImmediate);
      }
      const rpc = await running.post('/rpc', ASK);
      expect([rpc.status, rpc.headers.get('retry-after')]).toEqual([429, '1']);
      expect((await json(rpc)).error).toMatchObject({ code: -32001, data: { type: 'rate_limit' } });
      const stream = { ...ASK, method: 'llm.stream' };
      expect((await running.post('/rpc', stream, { accept: 'text/event-stream' })).status).toBe(429);
      const chat = await running.post('/v1/chat/completions', CHAT);
      expect([chat.status, chat.headers.get('retry-after')]).toEqual([429, '1']);
      expect(chat.headers.get('x-should-retry')).toBeNull();
      expect((await running.rpc('rpc.ping')).result).toBe('pong');
      finish(one);
      const prompts = [];
      for (const _ of waiting) {
        const next = await provider.nextCall();
        prompts.push(JSON.stringify(next.call.body.messages));
        finish(next);
      }
      expect(prompts.map((text) => /second|third/.exec(text)?.[0])).toEqual(['second', 'third']);
      const answers = await Promise.all([first, ...waiting]);
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
      expect(running.bugs).toEqual([]);
    } finally {
      await running.close();
      await provider.close();
    }
  });

  it('all run at once when a changed config allows it', async () => {
    const provider = await startProvider();
    const limited = (most: number) => overHttp(provider.url, `server: { max_concurrent: ${most}, queue: 9 }`);
    const running = await serve(limited(1));
    try {
      const held = running.post('/rpc', ASK);
      const first = await provider.nextCall();
      const waiting = [running.post('/rpc', ASK), running.post('/rpc', ASK)];
      while (running.service.turns.waiting < 2) await new Promise(setImmediate);
      running.replace(limited(3));
      finish(first);
      const both = [await provider.nextCall(), await provider.nextCall()];
      for (const one of both) finish(one);
      for (const one of [held, ...waiting]) expect((await one).status).toBe(200);
    } finally {
      await running.close();
      await provider.close();
    }
  });

  it('leave the queue with their client, and with the server', async () => {
    const provider = await startProvider();
    const running = await serve(overHttp(provider.url, 'server: { max_concurrent: 1, queue: 2 }'));
    try {
      const first = running.post('/rpc', ASK);
      const one = await provider.nextCall();
      const leave = new AbortController();
      const second = running.post('/rpc', ASK, {}, leave.signal);
      const third = running.post('/rpc', ASK);
      while (running.service.turns.waiting < 2) await new Promise(setImmediate);
      leave.abort();
      await expect(second).rejects.toThrow();
      while (running.service.turns.waiting > 1) await new Promise(setImmediate);
      running.setDraining();
      expect((await json(await third)).error.data.type).toBe('overloaded');
      expect((await running.post('/rpc', ASK)).status).toBe(503);
      expect((await running.get('/healthz')).status).toBe(200);
      expect((await running.get('/readyz')).status).toBe(503);
      finish(one);
      expect((await first).status).toBe(200);
    } finally {
      await running.close();
      await provider.close();
    }
  });
});

describe('a request', () => {
  it('that meets a bug of ours ends alone, without a stack', async () => {
    const running = await serve(MOCK);
    try {
      const { host } = running.service.active();
      const own = host.adapterOf;
      let calls = 0;
      host.adapterOf = (tool) => {
        calls += 1;
        if (calls === 1) throw new Error('a bug at /home/me/secret.ts:1');
        return own(tool);
      };
      const [broken, fine] = await Promise.all([
        running.post('/v1/chat/completions', CHAT),
        running.post('/rpc', ASK),
      ]);
      expect(broken.status).toBe(500);
      const text = await broken.text();
      expect(text).toContain('bug of llm-router');
      expect(text).not.toContain('secret.ts');
      expect((await json(fine)).result.text).toBe('hello there');
      expect(running.bugs).toHaveLength(1);
      expect(running.service.turns.running).toBe(0);
    } finally {
      await running.close();
    }
  });

  it('keeps the config that it began with', async () => {
    const provider = await startProvider();
    const running = await serve(overHttp(provider.url));
    try {
      const asked = running.post('/rpc', ASK);
      const call = await provider.nextCall();
      running.replace(MOCK);
      expect((await running.rpc('llm.complete', { prompt: 'hi' })).result.tool).toBe('bot');
      finish(call);
      expect((await json(await asked)).result.tool).toBe('api');
    } finally {
      await running.close();
      await provider.close();
    }
  });

  it('of a client that does not read holds back no other', async () => {
    const provider = await startProvider();
    const running = await serve(overHttp(provider.url));
    try {
      const body = JSON.stringify({ ...CHAT, stream: true });
      const head = `POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`;
      const { connect } = await import('node:net');
      const slow = connect(running.port, '127.0.0.1').pause();
      slow.write(`${head}${body}`);
      const call = await provider.nextCall();
      call.head(200, { 'content-type': 'text/event-stream' });
      const piece = frame({ choices: [{ index: 0, delta: { content: 'x'.repeat(64 * 1024) } }] });
      let sent = 0;
      void (async () => {
        for (; sent < 400; sent++) await call.write(piece);
      })().catch(() => undefined);
      const others = Array.from({ length: 5 }, () => running.post('/rpc', ASK));
      for (const _ of others) finish(await provider.nextCall());
      expect((await Promise.all(others)).map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
      // The rest of the answer waits in the sockets of the system, and not in the memory of the server.
      expect(sent).toBeLessThan(400);
      slow.destroy();
      await call.gone;
      await running.service.turns.idle();
    } finally {
      await running.close();
      await provider.close();
    }
  });
});

it(
  'tells of its readiness, part by part',
  served(
    `
agents: { me: { preferred_tool: bot } }
tools:
  bot: { kind: mock, responses: [{ text: hi }] }
  gone: { binary: no-such-binary, args: [] }
`,
    async ({ get }) => {
      const answer = await get('/readyz');
      expect([answer.status, await json(answer)]).toEqual([
        200,
        {
          status: 'ready',
          parts: {
            server: { ok: true, running: 0, waiting: 0 },
            config: { ok: true, is_current: true },
            ledger: { ok: true },
            tools: { ok: true, usable: 1, of: 2 },
          },
        },
      ]);
    },
  ),
);

function finish(call: {
  head(status: number, headers?: Record<string, string>): void;
  end(data?: string): void;
}): void {
  call.head(200, { 'content-type': 'text/event-stream' });
  const done = { choices: [{ index: 0, delta: { content: 'ok' }, finish_reason: 'stop' }] };
  call.end(`${frame(done)}${frame('[DONE]')}`);
}
