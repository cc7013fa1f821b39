import type { ServerStatus } from '../status/document.js';
import { type Connection, RETRY_MS } from './connection.js';
import { code, el, part, setText } from './dom.js';
import { briefDuration } from './format.js';
import { clock, elapsed, utc } from './time.js';

/** What the head of the page shows. */
export interface Head {
  server: ServerStatus | null;
  connection: Connection;
  /** When the last answer was gathered. */
  at: string | null;
}

/** The state of the server, and whether what is shown is that of now. */
export function header(
  parent: HTMLElement,
  more: { themes: HTMLElement; notices: HTMLElement; hasToken: () => boolean; onForget: () => void },
): (head: Head) => void {
  const { themes, notices, hasToken, onForget } = more;
  const state = el('span', { class: 'pill' });
  const facts = el('span', { class: 'facts' });
  const updated = el('span', { class: 'updated' });
  const forget = el('button', { type: 'button', class: 'quiet', hidden: true }, 'Forget token');
  forget.addEventListener('click', onForget);
  const brand = el('h1', {}, 'llm-router');
  parent.append(
    el('div', { class: 'brand' }, brand, state, facts),
    el('div', { class: 'tools' }, updated, forget, themes),
  );
  const showFacts = part<ServerStatus | null>(facts, (server) => (server === null ? [] : factsOf(server)));
  const showNotice = part<Notice>(notices, noticesOf);
  return ({ server, connection, at }) => {
    const [word, kind] = stateOf(connection);
    setText(state, word);
    state.dataset.kind = kind;
    showFacts(server === null ? null : { ...server, uptime_ms: 0 });
    setText(updated, at === null ? '' : `as of ${clock(at)}`);
    updated.title = at === null ? '' : utc(at);
    forget.hidden = !hasToken();
    const isQuiet = connection.is === 'live' || connection.is === 'connecting';
    showNotice({ connection, at: isQuiet ? null : at, isStale: server?.config_is_current === false });
    document.body.dataset.connection = connection.is;
  };
}

function stateOf(connection: Connection): [word: string, kind: string] {
  switch (connection.is) {
    case 'connecting':
      return ['connecting', 'idle'];
    case 'lost':
      return ['connection lost', 'bad'];
    case 'locked':
      return ['token needed', 'warn'];
    case 'draining':
      return ['draining', 'warn'];
    case 'live':
      return ['ready', 'good'];
  }
}

function factsOf({ release, started_at: started, config_files: files }: ServerStatus): (Node | string)[] {
  const config =
    files.length === 0
      ? 'built-in config'
      : files.length === 1
        ? (files[0] ?? '')
        : `${files.length} config files`;
  return [
    el('span', {}, `version ${release}`),
    el('span', {}, 'up ', elapsed(started)),
    el('span', { class: 'path', title: files.join('\n') }, config),
  ];
}

interface Notice extends Pick<Head, 'connection' | 'at'> {
  /** The config in use is not what its files say. */
  isStale: boolean;
}

function noticesOf({ connection, at, isStale }: Notice): Node[] {
  const notices: Node[] = [];
  if (connection.is === 'lost') {
    const last = at === null ? 'there was no answer yet' : `last update ${clock(at)}`;
    const again = `Trying again every ${briefDuration(RETRY_MS)}.`;
    notices.push(notice('bad', `Connection lost, ${last}: ${connection.why}. ${again}`));
  }
  if (connection.is === 'draining')
    notices.push(
      notice(
        'warn',
        `The server ends: it takes no new work and connections, and waits for the runs that are under way. ${at === null ? '' : `Last update ${clock(at)}.`}`,
      ),
    );
  if (isStale && connection.is === 'live')
    notices.push(
      notice(
        'warn',
        'The config was changed and is not valid now, so that the one before is in use: see `llm-router config validate`.',
      ),
    );
  return notices;
}

function notice(kind: 'bad' | 'warn', text: string): HTMLElement {
  return el('p', { class: `notice ${kind}`, role: 'alert' }, ...code(text));
}
