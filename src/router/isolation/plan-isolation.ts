import { realpathSync } from 'node:fs';
import { type Failure, failure } from '../../domain/failure.js';
import type { Access, Isolation, Request } from '../../domain/request.js';
import { err, ok, type Result } from '../../domain/result.js';
import type { ResolvedRequest } from '../../gates/gate.js';
import { findRepository } from '../../git/repository.js';
import { workingFolder } from '../../isolation/isolated-tree.js';
import type { PlannedIsolation } from '../planned.js';
import type { Host } from '../world.js';
import { isolationFailure } from './isolation-failure.js';

/** A request in its working directory. */
export interface Placed {
  request: Request;
  /** `null`: it works in the user's files. */
  isolation: PlannedIsolation | null;
  /** The host, as its tools are to see it. */
  host: Host;
}

/** A request in a work tree of its own, which is made when it runs. One of an agent that may change nothing stays where it is. */
export async function planIsolation(
  { request, agent, access }: ResolvedRequest,
  { id, dir, host }: { id: string; dir: string | null; host: Host },
): Promise<Result<Placed, Failure>> {
  const { cwd, isolation } = request;
  if (access !== 'edit' && access !== 'full') {
    const isAgents = isolation === null && agent !== null;
    return isAgents ? ok({ request, isolation: null, host }) : err(needless(access, isolation));
  }
  if (dir === null) return err(failure('config', 'this router has no folder for isolated work trees'));
  const repository = await findRepository({ cwd, env: host.env });
  if (!repository.ok) return err(isolationFailure(repository.error));
  const own = workingFolder({ dir, id, cwd: realpathSync(cwd) }, repository.value);
  const { keepsBranch, race } = isolation ?? { keepsBranch: false, race: null };
  return ok({
    request: { ...request, cwd: own },
    isolation: { keepsBranch, race, dir, cwd },
    host: isolatedHost(host),
  });
}

/** Variables of Git, as a hook has them, would lead tools from an isolated work tree to the user's. */
export function isolatedHost(host: Host): Host {
  const env = Object.entries(host.env).filter(
    ([name]) => !/^GIT_(?!SSH|ASKPASS|AUTHOR_|COMMITTER_)/.test(name),
  );
  return { ...host, env: Object.fromEntries(env) };
}

function needless(access: Access, isolation: Isolation | null): Failure {
  if ((isolation?.race ?? null) !== null)
    return failure(
      'usage',
      `a candidate with access \`${access}\` changes no files, so there is nothing to race for`,
      {
        hint: 'a race needs an agent with access `edit` or `full`; see `llm-router agents`',
      },
    );
  return failure('usage', `a run with access \`${access}\` changes no files, so it cannot be isolated`, {
    hint: 'ask for access `edit`, or leave the isolation out',
  });
}
