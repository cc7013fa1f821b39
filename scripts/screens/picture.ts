import serialize from '@xterm/addon-serialize';
import headless from '@xterm/headless';
import { chromium, type Page } from 'playwright-core';
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
      return indexedPng(await indexed(page, await page.locator('main').screenshot()));
    },
    close: () => browser.close(),
  };
}

/** Steps of a colour channel: few enough for a small file, too many to be seen in text. */
const STEP = 32;

/** Runs in the browser. */
const READ_PIXELS = `async (base64) => {
  const blob = await (await fetch('data:image/png;base64,' + base64)).blob();
  const { width, height } = await createImageBitmap(blob);
  const context = new OffscreenCanvas(width, height).getContext('2d');
  context.drawImage(await createImageBitmap(blob), 0, 0);
  return { width, height, data: Array.from(context.getImageData(0, 0, width, height).data) };
}`;

/** The pixels of a PNG, read by the browser, in few colours. */
async function indexed(page: Page, png: Buffer): Promise<IndexedPicture> {
  const read = await page.evaluate(`(${READ_PIXELS})('${png.toString('base64')}')`);
  const { width, height, data } = read as { width: number; height: number; data: number[] };
  const colours = new Map<string, { index: number; colour: [number, number, number] }>();
  const pixels = new Uint8Array(width * height);
  for (let at = 0; at < pixels.length; at++) {
    const colour: [number, number, number] = [
      few(data[4 * at]),
      few(data[4 * at + 1]),
      few(data[4 * at + 2]),
    ];
    const key = colour.join();
    const known = colours.get(key) ?? { index: colours.size, colour };
    colours.set(key, known);
    pixels[at] = known.index;
  }
  if (colours.size > 256) throw new Error(`a picture with ${colours.size} colours`);
  return { width, height, colours: [...colours.values()].map(({ colour }) => colour), pixels };
}

function few(channel = 0): number {
  return Math.min(255, Math.round(channel / STEP) * STEP);
}

/** The used part of the screen, as a `pre` element. */
async function htmlOf(text: string, { columns, isLight }: { columns: number; isLight: boolean }) {
  const drawn = await terminal(text, { columns, rows: 200, isLight });
  const { active } = drawn.buffer;
  let rows = 200;
  while (rows > 1 && active.getLine(rows - 1)?.translateToString(true) === '') rows--;
  const fitting = await terminal(text, { columns, rows, isLight });
  const addon = new serialize.SerializeAddon();
  fitting.loadAddon(addon as unknown as headless.ITerminalAddon);
  return addon.serializeAsHTML({ scrollback: 0, includeGlobalBackground: true });
}

async function terminal(text: string, look: { columns: number; rows: number; isLight: boolean }) {
  const { columns: cols, rows, isLight } = look;
  const made = new headless.Terminal({ cols, rows, allowProposedApi: true, theme: themeOf(isLight) });
  await new Promise<void>((resolve) => made.write(text, resolve));
  return made;
}

function themeOf(isLight: boolean): Record<string, string> {
  const colours = (isLight ? COLOURS.light : COLOURS.dark).split(' ');
  const named = NAMES.split(' ').map((name, index) => [name, colours[index] ?? '']);
  const [background, foreground] = isLight ? ['#ffffff', '#24292f'] : ['#1b1f27', '#d7dde5'];
  return { ...Object.fromEntries(named), background, foreground };
}

function pageOf(html: string, isLight: boolean): string {
  const { background = '' } = themeOf(isLight);
  const style = `body { margin: 0 } main { display: inline-block; padding: 14px 18px; background: ${background} }
    pre, pre * { margin: 0; font: 14px/1.35 'DejaVu Sans Mono', monospace !important }
    pre span[style*='bold'] { font-weight: bold !important }`;
  const body = html.replace(/^[\s\S]*?<pre>/, '<pre>').replace(/<!--[\s\S]*$/, '');
  return `<style>${style}</style><main>${body}</main>`;
}
