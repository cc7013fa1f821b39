import { keepAliveAgent, type Route } from './agents.js';
import { isLoopback } from './loopback.js';
import { Starts } from './starts.js';

/** The way to a server: the connections that are kept for it, and the order in which more are made. */
export interface Lane {
  agent: Awaited<ReturnType<typeof keepAliveAgent>>;
  starts: Starts;
}

interface Kept {
  lane: Promise<Lane>;
  /** How many routers use it. */
  users: number;
}

const KEPT = new Map<string, Kept>();

/** The connections of one router. Routers share those on the same way; they are closed with the last router that has used them. */
export class Connections {
  readonly #used = new Map<string, Kept>();

  /** The way to the server of a URL. */
  lane(url: URL, route: Route): Promise<Lane> {
    const key = keyOf(url.origin, route);
    const used = this.#used.get(key);
    if (used !== undefined) return used.lane;
    const kept = KEPT.get(key) ?? { lane: laneOf(url, route), users: 0 };
    kept.users++;
    KEPT.set(key, kept);
    this.#used.set(key, kept);
    return kept.lane;
  }

  /** Closes those that no other router uses. */
  close(): void {
    for (const [key, kept] of this.#used) {
      kept.users--;
      if (kept.users > 0) continue;
      KEPT.delete(key);
      void kept.lane.then(({ agent }) => agent.destroy());
    }
    this.#used.clear();
  }
}

function keyOf(origin: string, { proxy, connectTimeoutMs }: Route): string {
  return proxy === null ? origin : `${origin} ${connectTimeoutMs} ${proxy}`;
}

/**
 * How many connections may be in the making at once. A server has a queue for those that it has not accepted yet (511 at Node, 128 at older
 * systems), and one that does not fit into it is tried again only after a second. On this machine they come faster than a server accepts them.
 */
const MOST_AT_ONCE = { loopback: 64, other: 256 };

async function laneOf({ hostname }: URL, route: Route): Promise<Lane> {
  const most = isLoopback(hostname) ? MOST_AT_ONCE.loopback : MOST_AT_ONCE.other;
  return { agent: await keepAliveAgent(route), starts: new Starts(most) };
}
