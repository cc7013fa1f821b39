import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { rigged } from '../../rig/rig.js';

const CONFIG = `
version: 1
default_agent: me
agents: { me: { preferred_tool: canned-tool } }
tools: { canned-tool: { kind: mock, billing: free, responses: [{ text: hello }] } }
`;

describe('the status page', () => {
  it(
    'is one document that a browser may run as it is and nothing else, and its data needs the token',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', CONFIG);
      const server = rig.start(['serve', '--port', '0'], { env: { LLM_ROUTER_TOKEN: 'a-token' } });
      await server.waitFor('listening on ');
      const [url = ''] = /http:\S+/.exec(server.stderr()) ?? [];
      const page = await fetch(url);
      const html = await page.text();
      expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
      expect(page.headers.get('content-security-policy')).toBe(
        [
          "default-src 'none'",
          `script-src '${hashOf(contentOf(html, 'script'))}'`,
          `style-src '${hashOf(contentOf(html, 'style'))}'`,
          "connect-src 'self'",
          'img-src data:',
          "base-uri 'none'",
          "form-action 'none'",
          "frame-ancestors 'none'",
          "require-trusted-types-for 'script'",
          "trusted-types 'none'",
        ].join('; '),
      );
      expect(html).not.toContain('canned-tool');
      expect(html.match(/<(script|link|img|iframe|style)\b[^>]*\b(src|href)="(?!data:)/g)).toBeNull();
      const get = (query: string, headers = {}) => fetch(`${url}/status.json${query}`, { headers });
      const authorization = 'Bearer a-token';
      const answers = [
        await get(''),
        await get('?range=6h', { authorization }),
        await get('?range=2y', { authorization }),
      ];
      expect(answers.map(({ status }) => status)).toEqual([401, 200, 400]);
      const [refused, status, unknown] = await Promise.all(answers.map((answer) => answer.json()));
      expect(refused).not.toHaveProperty('tools');
      expect(status).toMatchObject({
        version: 1,
        server: { state: 'ready', config_files: ['llm-router.yaml'], config_is_current: true, active: 0 },
        troubles: [],
        timeline: { range: '6h' },
        tools: expect.arrayContaining([expect.objectContaining({ name: 'canned-tool', state: 'ready' })]),
      });
      expect(unknown).toMatchObject({ error: { hint: 'use one of `1h`, `6h`, `24h`' } });
      server.kill('SIGTERM');
      await server.done;
    }),
  );
});

function contentOf(html: string, tag: string): string {
  return new RegExp(`<${tag}>([\\s\\S]*?)</${tag}>`).exec(html)?.[1] ?? '';
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}
