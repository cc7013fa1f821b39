import { DAY_MS } from '../../domain/calendar.js';
import { formatDuration } from '../../domain/duration.js';
import { el, setText } from './dom.js';

const CLOCK = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const DAY = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });

/** The clock of the server, as of its last answer; it stands still when there is none, so that nothing is made up. */
let serverMs: { atMs: number; receivedMs: number } | null = null;
let isStopped = false;

/** Takes the time of an answer. */
export function setServerTime(iso: string): void {
  serverMs = { atMs: Date.parse(iso), receivedMs: performance.now() };
  isStopped = false;
}

/** Stops all counting of seconds until the next answer. */
export function stopServerTime(): void {
  if (serverMs !== null && !isStopped) serverMs = { atMs: nowMs(), receivedMs: performance.now() };
  isStopped = true;
}

/** Now, by the clock of the server. */
export function nowMs(): number {
  if (serverMs === null) return Date.now();
  return isStopped ? serverMs.atMs : serverMs.atMs + performance.now() - serverMs.receivedMs;
}

/** `18:45:12`, with the day where it is another one. */
export function clock(iso: string): string {
  const time = new Date(iso);
  const isToday = time.toDateString() === new Date(nowMs()).toDateString();
  return isToday ? CLOCK.format(time) : `${DAY.format(time)} ${CLOCK.format(time)}`;
}

/** `2026-11-20 18:45:12 UTC` */
export function utc(iso: string): string {
  return `${iso.slice(0, 19).replace('T', ' ')} UTC`;
}

/** A time in the zone of the reader, with UTC as its title. */
export function timeNode(iso: string): HTMLElement {
  return el('time', { datetime: iso, title: utc(iso) }, clock(iso));
}

const ticking = new Map<HTMLElement, () => string>();

/** How long ago something began, second by second. */
export function elapsed(iso: string): HTMLElement {
  return tick(iso, () => formatDuration(Math.max(0, nowMs() - Date.parse(iso))));
}

/** How long it is until a time: `12m 05s`. */
export function timeLeft(iso: string): HTMLElement {
  return tick(iso, () => {
    const leftMs = Date.parse(iso) - nowMs();
    if (leftMs > 2 * DAY_MS) return `${Math.round(leftMs / DAY_MS)} days`;
    return leftMs <= 0 ? 'now' : formatDuration(Math.ceil(leftMs / 1000) * 1000);
  });
}

function tick(iso: string, text: () => string): HTMLElement {
  const node = el('time', { datetime: iso, title: utc(iso), class: 'ticking' }, text());
  ticking.set(node, text);
  return node;
}

/** Brings all counted times up to date, and forgets those that are shown no more. */
export function tickAll(): void {
  for (const [node, text] of ticking) {
    if (node.isConnected) setText(node, text());
    else ticking.delete(node);
  }
}
