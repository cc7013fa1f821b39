import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from '@jest/globals';
import { ROOT } from '../architecture/imports.js';
import { readPage } from './screens.js';

const PAGES = [
  ...readdirSync(ROOT).filter((file) => file.endsWith('.md')),
  ...readdirSync(path.join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .map((file) => path.join('docs', file)),
  'deploy/README.md',
];

/** The heading as GitHub makes an anchor of it. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\w\- ]/g, '')
    .replaceAll(' ', '-');
}

function anchorsOf(page: string): string[] {
  return [...readPage(page).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => anchorOf(heading));
}

it.each(PAGES)('%s has no link to nothing', (page) => {
  const text = readPage(page)
    .replace(/^```[\s\S]*?^```$/gm, '')
    .replace(/`[^`\n]*`/g, '');
  const links = [...text.matchAll(/\]\((?!https?:)([^)\s]+)\)/g)].map(([, link = '']) => link);
  const broken = links.filter((link) => {
    const [file = '', anchor] = link.split('#');
    const target = file === '' ? page : path.join(path.dirname(page), file);
    if (!existsSync(path.join(ROOT, target))) return true;
    return anchor !== undefined && !anchorsOf(target).includes(anchor);
  });
  expect(broken).toEqual([]);
});

it('the README leads to nothing that the package lacks', () => {
  const { files } = JSON.parse(readPage('package.json')) as { files: string[] };
  const links = [...readPage('README.md').matchAll(/\]\((?!https?:)([\w./-]+)/g)].map(
    ([, link = '']) => link,
  );
  expect(links.length).toBeGreaterThan(20);
  expect(links.filter((link) => !files.includes(link.split('/')[0] ?? ''))).toEqual([]);
});

it('the list of pages names every page but decisions and pages of single tools', () => {
  const listed = readPage('docs/README.md');
  const own = PAGES.filter((page) => /^docs\/(?!adr\/|tools\/|README)/.test(page));
  expect(own.filter((page) => !listed.includes(`(${page.slice('docs/'.length)})`))).toEqual([]);
});
