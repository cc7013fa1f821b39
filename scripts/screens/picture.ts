import serialize from '@xterm/addon-serialize';
import type headless from '@xterm/headless';
import { chromium, type Page } from 'playwright-core';
import { drawn, terminal } from './drawn.js';
import { type IndexedPicture, indexedPng } from './png.js';

const FLAGS =
  '--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync';

/** The sixteen colours of a terminal, in their order. */
const COLOURS = {
  dark: '#1b1f27 #e8677a #8fcf7a #e5c07b #6aa5f0 #c58ae0 #56c2c8 #c9d1d9 #7d8794 #ff8695 #a9e794 #f5d595 #8cbcff #dba6f2 #79dce2 #ffffff',
  light:
    '#1b1f27 #b3202f #22702a #875a00 #1d54b5 #7d3aa0 #0b6b74 #57606a #6e7781 #cc3344 #2c8a36 #9a6c10 #2a66cc #9350b8 #178490 #24292f',
};
const NAMES =
  'black red green yellow blue magenta cyan white brightBlack brightRed brightGreen brightYellow brightBlue brightMagenta brightCyan brightWhite';

/** Makes pictures of terminals. */
export interface Painter {
  /** What a terminal shows that has received this text, as a PNG. */
  picture(text: string): Promise<Buffer>;
  close(): Promise<void>;
}

/** Starts a browser, which draws the characters. */
export async function openPainter(look: { columns: number; isLight: boolean }): Promise<Painter> {
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: FLAGS.split(' ') });
  const page = await browser.newPage({
    viewport: { width: 100 + look.columns * 10, height: 200 },
    deviceScaleFactor: 1.25,
  });
  return {
    picture: async (text) => {
      await page.setContent(pageOf(await htmlOf(text, look), look.isLight));
      const pixels = await indexed(page, await page.locator('main').screenshot());
      return indexedPng(pixels, await drawn(text, look.columns));
    },
    close: () => browser.close(),
  };
}

/** Runs in the browser: the pixels in few colours, since steps of 32 in a channel are not seen in text and make a small file. */
const READ_PIXELS = `async (base64) => {
  const blob = await (await fetch('data:image/png;base64,' + base64)).blob();
  const { width, height } = await createImageBitmap(blob);
  const context = new OffscreenCanvas(width, height).getContext('2d');
  context.drawImage(await createImageBitmap(blob), 0, 0);
  const { data } = context.getImageData(0, 0, width, height);
  const few = (channel) => Math.min(255, Math.round(channel / 32) * 32);
  const colours = new Map();
  const pixels = new Array(width * height);
  for (let at = 0; at < pixels.length; at++) {
    const colour = [few(data[4 * at]), few(data[4 * at + 1]), few(data[4 * at + 2])];
    const key = colour.join();
    if (!colours.has(key)) colours.set(key, { index: colours.size, colour });
    pixels[at] = String.fromCharCode(colours.get(key).index);
  }
  return { width, height, colours: [...colours.values()].map(({ colour }) => colour), pixels: pixels.join('') };
}`;

/** The pixels of a PNG, read by the browser, in few colours. They come as a text: an array of them would take seconds. */
async function indexed(page: Page, png: Buffer): Promise<IndexedPicture> {
  const read = (await page.evaluate(`(${READ_PIXELS})('${png.toString('base64')}')`)) as Omit<
    IndexedPicture,
    'pixels'
  > & { pixels: string };
  if (read.colours.length > 256) throw new Error(`a picture with ${read.colours.length} colours`);
  return { ...read, pixels: Buffer.from(read.pixels, 'latin1') };
}

/** The colours that the serializer writes, in the order of the sixteen: without a window it knows no theme. */
const WRITTEN =
  '#2e3436 #cc0000 #4e9a06 #c4a000 #3465a4 #75507b #06989a #d3d7cf #555753 #ef2929 #8ae234 #fce94f #729fcf #ad7fa8 #34e2e2 #eeeeec'.split(
    ' ',
  );

/** The used part of the screen, as a `pre` element. */
async function htmlOf(text: string, { columns, isLight }: { columns: number; isLight: boolean }) {
  const rows = (await drawn(text, columns)).split('\n').length;
  const fitting = await terminal(text, { columns, rows, theme: themeOf(isLight) });
  const addon = new serialize.SerializeAddon();
  fitting.loadAddon(addon as unknown as headless.ITerminalAddon);
  const colours = (isLight ? COLOURS.light : COLOURS.dark).split(' ');
  return addon
    .serializeAsHTML({ scrollback: 0, includeGlobalBackground: true })
    .replace(/#[0-9a-f]{6}/g, (written) => colours[WRITTEN.indexOf(written)] ?? written);
}

function themeOf(isLight: boolean): Record<string, string> {
  const colours = (isLight ? COLOURS.light : COLOURS.dark).split(' ');
  const named = NAMES.split(' ').map((name, index) => [name, colours[index] ?? '']);
  const [background, foreground] = isLight ? ['#ffffff', '#24292f'] : ['#1b1f27', '#d7dde5'];
  return { ...Object.fromEntries(named), background, foreground };
}

function pageOf(html: string, isLight: boolean): string {
  const { background = '' } = themeOf(isLight);
  const style = `body { margin: 0; background: ${background} } main { display: inline-block; padding: 14px 18px; background: ${background} }
    pre, pre * { margin: 0; font: 14px/1.35 'DejaVu Sans Mono', monospace !important }
    pre span[style*='bold'] { font-weight: bold !important }`;
  const body = html.replace(/^[\s\S]*?<pre>/, '<pre>').replace(/<!--[\s\S]*$/, '');
  return `<style>${style}</style><main>${body}</main>`;
}
