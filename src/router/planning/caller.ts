import { type Failure, failure } from '../../domain/failure.js';
import { strictestFamily } from '../../domain/family.js';
import { ID_PATTERN } from '../../domain/id.js';
import type { Parent } from '../../domain/request.js';
import { traceIdOf } from '../../domain/trace-context.js';
import { type PathContext, runningDir } from '../../paths.js';
import {
  ancestorDepth,
  ancestorRun,
  ancestorsOfThis,
  ancestorTexts,
  ancestorTraceparent,
} from '../running/ancestor-run.js';

/**
 * The run that this process is nested in; `null`: a person or a script started it. Our adapter names the run by variables, which
 * an agent may change; the records of runs and the process tree say so as well, and what its processes were started with does where the
 * agent names another folder of records. Whatever is malformed counts as nested.
 */
export function callerOf(world: PathContext): Parent | null {
  const { env } = world;
  const ancestors = ancestorsOfThis();
  const known = ancestorRun(runningDir(world), ancestors);
  const named = env.LLM_ROUTER_PARENT_ID ?? '';
  const id = known?.id ?? (ID.test(named) ? named : null);
  const root = env.LLM_ROUTER_ROOT_ID ?? '';
  const depth = env.LLM_ROUTER_DEPTH ?? '';
  const depthOfAncestor = ancestorDepth(ancestors);
  const isNamed = [named, root, depth].some((text) => text !== '');
  if (known === null && depthOfAncestor === 0 && !isNamed) return null;
  return {
    id,
    rootId: known?.root_id ?? (ID.test(root) ? root : id),
    traceId: traceIdOf(env.TRACEPARENT) ?? traceIdOf(ancestorTraceparent(ancestors)),
    depth: Math.max(depthOf(depth), depthOfAncestor, known === null ? 1 : known.depth + 1),
    slots: (env.LLM_ROUTER_SLOTS ?? '').split(',').filter((slot) => slot !== ''),
    family: strictestFamily([env.LLM_ROUTER_FAMILY ?? '', ...ancestorTexts(ancestors)]),
  };
}

/** Why something that a person decides is refused; `null`: it is not inside the run of another agent. */
export function personOnly(what: string, caller: Parent | null): Failure | null {
  if (caller === null) return null;
  return failure('not_allowed', `${what} is refused inside a call of another agent`, {
    hint: 'a person may give it to the outermost call',
  });
}

const ID = new RegExp(ID_PATTERN);

function depthOf(text: string): number {
  const depth = Number(text);
  return Number.isInteger(depth) ? depth : 1;
}
