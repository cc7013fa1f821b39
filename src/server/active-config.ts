import type { RouterConfig } from '../config/types.js';
import type { Router } from '../router/router.js';
import type { Host, Stores } from '../router/world.js';

/** A config that is in use, and what works by it. */
export interface ActiveConfig {
  config: RouterConfig;
  router: Router;
  host: Host;
  stores: Stores;
  /** The token that callers must send; `null`: none is asked for. */
  token: string | null;
}

/** The config in use. Another one can take its place while runs go on: each keeps the one that it began with. */
export class ConfigInUse {
  #current: Counted;
  /** False: the files have changed since, to something that cannot be used. */
  isCurrent = true;

  constructor(first: ActiveConfig) {
    this.#current = { active: first, uses: 0, isOld: false };
  }

  get active(): ActiveConfig {
    return this.#current.active;
  }

  /** Keeps the config open until `release` is called. */
  use(): { active: ActiveConfig; release: () => void } {
    const counted = this.#current;
    counted.uses += 1;
    return {
      active: counted.active,
      release: () => {
        counted.uses -= 1;
        void closeUnused(counted);
      },
    };
  }

  /** Later requests get another one. The one before is closed with its last run. */
  replace(next: ActiveConfig): void {
    const before = this.#current;
    this.#current = { active: next, uses: 0, isOld: false };
    before.isOld = true;
    this.isCurrent = true;
    void closeUnused(before);
  }

  /** Closes the last one once its runs are over. */
  async close(): Promise<void> {
    this.#current.isOld = true;
    await closeUnused(this.#current);
  }
}

interface Counted {
  active: ActiveConfig;
  uses: number;
  isOld: boolean;
}

async function closeUnused({ active, uses, isOld }: Counted): Promise<void> {
  if (isOld && uses === 0) await active.router.close();
}
