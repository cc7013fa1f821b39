import { request } from 'node:http';
import { expect } from '@jest/globals';
import { type Provider, startProvider } from '../rig/provider.js';
import { gatewayTo } from './world.js';

/** A provider and a gateway before it, closed after the test. */
export async function behind(
  replies: Parameters<typeof startProvider>[0],
  more: Parameters<typeof gatewayTo>[1],
  test: (gateway: Awaited<ReturnType<typeof gatewayTo>>, provider: Provider) => Promise<void>,
): Promise<void> {
  const provider = await startProvider(replies);
  const gateway = await gatewayTo(`${provider.url}/base`, more);
  try {
    await test(gateway, provider);
    await gateway.close();
    expect(provider.problems()).toEqual([]);
  } finally {
    await gateway.close();
    await provider.close();
  }
}

/** An answer as it came. */
export interface Got {
  status: number;
  bytes: Buffer;
  headers: Record<string, unknown>;
}

/** Sends one request, and reads its answer without decoding it. */
export function ask(
  url: string,
  body: string | Buffer | null,
  more: { method?: string; headers?: Record<string, string> } = {},
): Promise<Got> {
  return new Promise((resolve, reject) => {
    const asked = request(url, {
      method: more.method ?? (body === null ? 'GET' : 'POST'),
      headers: more.headers ?? {},
      agent: false,
    });
    asked.on('error', reject).on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('error', reject);
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          bytes: Buffer.concat(chunks),
          headers: response.headers,
        }),
      );
    });
    asked.end(body ?? undefined);
  });
}

/** A small call of Messages. */
export const BODY = JSON.stringify({
  model: 'm',
  max_tokens: 10,
  messages: [{ role: 'user', content: 'hi' }],
});
