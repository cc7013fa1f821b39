import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { defineConfig } from 'vitepress';

const require = createRequire(import.meta.url);

const ROOT = path.resolve(import.meta.dirname, '../..');
const DOCS = path.join(ROOT, 'docs');

/** The list of pages decides the order; its headings are the parts of the side bar. */
function sideBar() {
  const parts = readFileSync(path.join(DOCS, 'README.md'), 'utf8').split(/^## /m).slice(1);
  return parts.map((part) => {
    const [text = ''] = part.split('\n', 1);
    const links = [...part.matchAll(/\[([^\]]+)\]\(([\w/-]+\.md)\)/g)];
    return { text, items: links.map(([, name, file]) => ({ text: titleOf(file, name), link: `/${file}` })) };
  });
}

function titleOf(file, name) {
  return /^# (.+)$/m.exec(readFileSync(path.join(DOCS, file), 'utf8'))?.[1]?.replaceAll('`', '') ?? name;
}

/** What is outside of the pages is named, not linked: files of the repository have no address here. */
function withoutOutside(md) {
  const open =
    md.renderer.rules.link_open ?? ((tokens, at, options, _, self) => self.renderToken(tokens, at, options));
  md.renderer.rules.link_open = (tokens, at, options, env, self) => {
    const token = tokens[at];
    const link = token.attrGet('href') ?? '';
    if (isOutside(link, env.path)) {
      token.tag = 'span';
      const close = tokens.slice(at).find(({ type }) => type === 'link_close');
      if (close !== undefined) close.tag = 'span';
      token.attrs = [];
      return self.renderToken(tokens, at, options);
    }
    return open(tokens, at, options, env, self);
  };
}

/** Vue would take two braces for its own. */
function withoutInterpolation(md) {
  const escaped = (text) => md.utils.escapeHtml(text).replaceAll('{', '&#123;');
  md.renderer.rules.text = (tokens, at) => escaped(tokens[at].content);
  md.renderer.rules.code_inline = (tokens, at) => `<code v-pre>${escaped(tokens[at].content)}</code>`;
}

function isOutside(link, page) {
  if (/^[a-z]+:|^#/.test(link)) return false;
  const [file = ''] = link.split('#');
  const target = path.resolve(path.dirname(page), file);
  return existsSync(target) && (!target.startsWith(`${DOCS}/`) || !target.endsWith('.md'));
}

export default defineConfig({
  title: 'llm-router',
  description: 'Routes work for named agents to coding-agent CLIs and models, by rules in YAML',
  srcDir: DOCS,
  outDir: path.join(ROOT, 'site/dist'),
  cleanUrls: true,
  // `docs/README.md` is the list of pages.
  rewrites: { 'README.md': 'index.md', ':folder/README.md': ':folder/index.md' },
  // The pages are outside of this folder, where Vue is not found from them.
  vite: {
    resolve: {
      alias: ['vue/server-renderer', 'vue'].map((find) => ({
        find: new RegExp(`^${find}$`),
        replacement: require.resolve(find),
      })),
    },
  },
  themeConfig: {
    search: { provider: 'local' },
    outline: [2, 3],
    sidebar: [...sideBar(), { text: 'Decisions', collapsed: true, items: decisions() }],
  },
  markdown: {
    config: (md) => {
      withoutOutside(md);
      withoutInterpolation(md);
    },
  },
});

function decisions() {
  const files = readdirSync(path.join(DOCS, 'adr')).sort();
  return files.map((file) => ({ text: titleOf(`adr/${file}`, file), link: `/adr/${file}` }));
}
