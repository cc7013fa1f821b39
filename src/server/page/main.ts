import type { StatusDocument, StatusTrouble } from '../status/document.js';
import { budgets } from './budgets.js';
import { charts } from './charts.js';
import { type Connection, follow } from './connection.js';
import { code, el, part } from './dom.js';
import { failures } from './failures.js';
import { figures } from './figures.js';
import { header } from './header.js';
import { live } from './live.js';
import { login } from './login.js';
import { recent } from './recent.js';
import { themeSwitch } from './theme.js';
import { setServerTime, stopServerTime, tickAll } from './time.js';
import { tools } from './tools.js';

function start(): void {
  const main = byId('main');
  const page = dashboard((range) => server.setRange(range));
  const themes = themeSwitch(page.repaint);
  const form = login((token) => server.setToken(token));
  let latest: StatusDocument | null = null;
  const head = header(byId('header'), {
    themes,
    notices: byId('notices'),
    hasToken: () => server.hasToken(),
    onForget: () => server.setToken(null),
  });
  const show = (connection: Connection): void => {
    if (connection.is === 'locked') latest = null;
    if (connection.is !== 'live') stopServerTime();
    head({ server: latest?.server ?? null, connection, at: latest?.at ?? null });
    const content = connection.is === 'locked' ? form.node : latest === null ? null : page.node;
    if (content === null) main.replaceChildren();
    else if (content.parentElement !== main) main.replaceChildren(content);
    if (connection.is === 'locked') form.show(connection.isWrong);
    else if (latest !== null) page.show(latest);
    tickAll();
  };
  const server = follow({
    onDocument: (document) => {
      // Another release answers: its page may show other things.
      if (latest !== null && latest.server.release !== document.server.release) location.reload();
      latest = document;
      setServerTime(document.at);
    },
    onConnection: show,
  });
  window.setInterval(tickAll, 1000);
  show({ is: 'connecting' });
  void server.start();
}

function dashboard(onRange: Parameters<typeof charts>[0]) {
  const parts = {
    figures: figures(),
    live: live(),
    charts: charts(onRange),
    recent: recent(),
    budgets: budgets(),
    tools: tools(),
    failures: failures(),
  };
  const troubles = el('div', { class: 'notices' });
  const showTroubles = part<readonly StatusTrouble[]>(troubles, (all) => all.map(troubleNode));
  const node = el(
    'div',
    { class: 'dashboard' },
    troubles,
    parts.figures.node,
    el(
      'div',
      { class: 'columns' },
      el('div', { class: 'column' }, parts.live.node, parts.charts.node, parts.recent.node),
      el('div', { class: 'column side' }, parts.budgets.node, parts.tools.node, parts.failures.node),
    ),
    el('p', { class: 'foot' }, ...code(FOOT)),
  );
  return {
    node,
    repaint: parts.charts.repaint,
    show: (document: StatusDocument): void => {
      showTroubles(document.troubles);
      parts.figures.show(document);
      parts.live.show(document.runs);
      parts.charts.show(document.timeline);
      parts.recent.show(document.runs);
      parts.budgets.show(document.budgets);
      parts.tools.show(document);
      parts.failures.show(document.timeline);
      const running = document.runs.running.length;
      window.document.title = running === 0 ? 'llm-router' : `${running} running · llm-router`;
    },
  };
}

const FOOT =
  'Figures and charts count all runs of this user by the ledger, runs that are listed are those with a trace in the project of the server. Days are UTC, times local. The same as JSON: `GET /status.json`';

function troubleNode({ message, hint }: StatusTrouble): HTMLElement {
  return el(
    'p',
    { class: 'notice bad', role: 'alert' },
    ...code(message),
    hint === null ? null : ` (${hint})`,
  );
}

function byId(id: string): HTMLElement {
  const node = document.getElementById(id);
  if (node === null) throw new Error(`the page has no ${id}`);
  return node;
}

// Last, when all constants have their values.
start();
