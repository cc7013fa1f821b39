import { keepAliveAgent, type Route } from './agents.js';
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
  lane({ origin }: URL, route: Route): Promise<Lane> {
    const key = keyOf(origin, route);
    const used = this.#used.get(key);
    if (used !== undefined) return used.lane;
    const kept = KEPT.get(key) ?? { lane: laneOf(route), users: 0 };
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

async function laneOf(route: Route): Promise<Lane> {
  return { agent: await keepAliveAgent(route), starts: new Starts() };
}
