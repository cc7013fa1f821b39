// Builds the status page of `serve`: one HTML document with its script and style inside, and the policy that lets a browser run these
// and nothing else. The server reads it when the page is first asked for.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';

const FOLDER = 'src/server/page';

/** Writes `dist/status-page.json`: `html` and `policy`. */
export async function buildPage(root) {
  const [script, style] = await Promise.all([bundle(root, 'main.ts'), bundle(root, 'style.css')]);
  const template = readFileSync(path.join(root, FOLDER, 'page.html'), 'utf8');
  // Replaced by functions, since a text may hold `$&`.
  const licensed = `/*! ${licenseOf(root, 'uplot')} */\n${script}`;
  const html = template.replace('/*STYLE*/', () => style).replace('/*SCRIPT*/', () => licensed);
  const page = { html, policy: policyOf({ script: licensed, style }) };
  mkdirSync(path.join(root, 'dist'), { recursive: true });
  writeFileSync(path.join(root, 'dist', 'status-page.json'), JSON.stringify(page));
}

async function bundle(root, file) {
  const result = await build({
    absWorkingDir: root,
    entryPoints: [path.join(FOLDER, file)],
    bundle: true,
    minify: true,
    platform: 'browser',
    format: 'iife',
    target: ['chrome123', 'firefox120', 'safari17.5'],
    // `</script` in a text would end the script.
    tsconfig: path.join(root, FOLDER, 'tsconfig.json'),
    write: false,
    logLevel: 'warning',
  });
  return result.outputFiles[0].text.trim();
}

/** The page is a copy of the packages in it. */
function licenseOf(root, name) {
  const folder = path.join(root, 'node_modules', name);
  return `${name}: ${readFileSync(path.join(folder, 'LICENSE'), 'utf8').trim()}`;
}

function policyOf({ script, style }) {
  return [
    "default-src 'none'",
    `script-src '${hashOf(script)}'`,
    `style-src '${hashOf(style)}'`,
    "connect-src 'self'",
    // The icon, which is in the page.
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ');
}

function hashOf(text) {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}
