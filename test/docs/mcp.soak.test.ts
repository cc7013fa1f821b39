import { expect, it } from '@jest/globals';
import { withClient } from '../mcp/clients.js';
import { rigged } from '../rig/rig.js';
import { blocksOf, filesOf, readPage } from './screens.js';

const PAGE = readPage('docs/mcp.md');

it(
  'the page about `mcp` shows the entry of clients, and what an answer looks like, with its own config',
  rigged(async (rig) => {
    for (const [file, text] of filesOf(PAGE)) rig.write(file, text);
    const [entry, answer] = blocksOf(PAGE)
      .filter(({ language }) => language === 'json')
      .map(({ text }) => JSON.parse(text));
    expect((await rig.run(['mcp', 'install', 'cursor', '--print'])).json()).toEqual(entry);
    await withClient(rig, {}, async ({ client, call }) => {
      const { tools } = await client.listTools();
      const named = [...PAGE.matchAll(/^\| `(\w+)` \| (?!its|`\w+ mcp)/gm)].map(([, name]) => name);
      expect(named.sort()).toEqual(tools.map(({ name }) => name).sort());
      expect((await call('agents')).data.agents).toMatchObject([
        { name: 'codex', description: 'Reviews code and answers questions about it', ready: false },
      ]);
      const { data } = await call('ask', { prompt: 'x' });
      expect(Object.keys(data).sort()).toEqual(Object.keys(answer).sort());
      expect(data).toMatchObject({ state: 'ended', failure: { type: 'tool_not_found' } });
    });
  }),
);
