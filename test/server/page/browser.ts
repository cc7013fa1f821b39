import { existsSync } from 'node:fs';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';

/** Debian's. */
const CHROMIUM = '/usr/bin/chromium';

const FLAGS =
  '--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync';

export const hasChromium = existsSync(CHROMIUM);

/** A browser of this test, with a folder of its own. */
export async function openBrowser(): Promise<Browser> {
  const { chromium } = await import('playwright-core');
  return chromium.launch({ executablePath: CHROMIUM, args: FLAGS.split(' ') });
}

/** A page, and what went wrong in it or left it. */
export interface Watched {
  page: Page;
  /** Addresses that were asked for, without their queries. */
  requests: ReadonlySet<string>;
  /** Errors of scripts and of the policy of the page. */
  errors: readonly string[];
}

/** A page in a session of its own, open at a URL. */
export async function openPage(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<Watched> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
  const page = await context.newPage();
  const requests = new Set<string>();
  const errors: string[] = [];
  page.on('request', (request) => requests.add(request.url().split('?')[0] ?? ''));
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('console', (message) => {
    // A browser says this of any status such as 401, and of a server that is gone.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      errors.push(message.text());
  });
  await page.goto(url);
  return { page, requests, errors };
}

/** Texts whose contrast with what is behind them is lower than WCAG asks at level AA. */
export function faintTexts(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const canvas = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
    const rgba = (colour: string): number[] => {
      if (canvas === null) return [];
      canvas.clearRect(0, 0, 1, 1);
      canvas.fillStyle = colour;
      canvas.fillRect(0, 0, 1, 1);
      return [...canvas.getImageData(0, 0, 1, 1).data];
    };
    const luminance = (colour: number[]): number => {
      const [r = 0, g = 0, b = 0] = colour.slice(0, 3).map((value) => {
        const part = value / 255;
        return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const behind = (element: Element | null): number[] => {
      if (element === null) return [255, 255, 255, 255];
      const colour = rgba(getComputedStyle(element).backgroundColor);
      return (colour[3] ?? 0) === 255 ? colour : behind(element.parentElement);
    };
    const found: string[] = [];
    for (const element of document.querySelectorAll('body *')) {
      const text = [...element.childNodes]
        .flatMap((node) => (node.nodeType === 3 ? (node.textContent ?? '') : []))
        .join('')
        .trim();
      if (text === '' || element.tagName === 'SCRIPT' || element.getClientRects().length === 0) continue;
      const [a, b] = [luminance(rgba(getComputedStyle(element).color)), luminance(behind(element))];
      const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
      if (ratio < 4.5) found.push(`${ratio.toFixed(2)} ${text.slice(0, 40)}`);
    }
    return found;
  });
}
