import { briefDuration } from '../../domain/duration.js';
import type { Environment } from '../adapter.js';
import { onReady, singleUseAgent } from './agents.js';
import { connectionProblem } from './outcome.js';
import { proxyFor, proxyTrouble } from './proxy.js';

/** How long an endpoint may take, ms. */
const LIMIT_MS = 5000;

/**
 * Opens a connection on the way that requests take (proxy, TLS with an accepted certificate) and closes it without sending a request.
 * Resolves with `null`, or with what went wrong in words.
 */
export async function tryConnection(
  url: string,
  env: Environment,
  limitMs: number = LIMIT_MS,
): Promise<string | null> {
  const target = URL.canParse(url) ? new URL(url) : null;
  if (target?.protocol !== 'http:' && target?.protocol !== 'https:') return 'it is no http or https URL';
  const trouble = proxyTrouble(target, env);
  if (trouble !== null) return trouble.detail;
  const kind = target.protocol === 'https:' ? 'https' : 'http';
  const agent = await singleUseAgent({ kind, proxy: proxyFor(target, env), connectTimeoutMs: limitMs });
  const { request: open } = kind === 'https' ? await import('node:https') : await import('node:http');
  return new Promise((resolve) => {
    const request = open(target, { agent, rejectUnauthorized: true });
    const finish = (problem: string | null): void => {
      clearTimeout(timer);
      request.destroy();
      resolve(problem);
    };
    const timer = setTimeout(() => finish(`no answer within ${briefDuration(limitMs)}`), limitMs);
    request.once('socket', (socket) => onReady(socket, () => finish(null)));
    request.on('error', (error: NodeJS.ErrnoException) =>
      finish(connectionProblem(error.code ?? '', error.message)),
    );
  });
}
