import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from '@jest/globals';
import { HOSTILE, type HostileAgent } from '../hostile/agents.js';
import { AGENTS } from '../hostile/runs.js';

const PAGE = path.resolve('docs/hostile-tools.md');
const [BEGIN, END] = ['<!-- table: begin -->\n', '<!-- table: end -->'];

it('the page on hostile tools shows the suite (UPDATE_FIXTURES=1 writes it)', () => {
  const page = readFileSync(PAGE, 'utf8');
  const [from, to] = [page.indexOf(BEGIN) + BEGIN.length, page.indexOf(END)];
  const fresh = page.slice(0, from) + tables() + page.slice(to);
  if (process.env.UPDATE_FIXTURES === '1') writeFileSync(PAGE, fresh);
  else expect(page).toBe(fresh);
});

it('every hostile tool is run', () => {
  const named = Object.values(HOSTILE).flatMap((group) => group.map(({ agent }) => agent));
  const there = readdirSync(AGENTS).filter((file) => file !== 'package.json');
  expect(there.sort()).toEqual(named.sort());
});

function tables(): string {
  return Object.entries(HOSTILE)
    .map(([name, agents]) => {
      const head = `### ${name}\n\n| a tool that | outcome | exit code |\n|---|---|---|`;
      return [head, ...agents.map(row), ''].join('\n');
    })
    .join('\n');
}

function row({ does, failure, code, warning }: HostileAgent): string {
  const outcome =
    failure === null
      ? 'its answer counts'
      : `\`${failure.replace(' ', '`, ')}${failure.includes(' ') ? '' : '`'}`;
  return `| ${does} | ${outcome}${warning === undefined ? '' : ', with a warning'} | ${code} |`;
}
