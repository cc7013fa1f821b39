import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Service } from './service.js';

/** One request, and what it may use. */
export interface RouteContext {
  request: IncomingMessage;
  response: ServerResponse;
  url: URL;
  /** Aborted when the client goes away before it has its answer. */
  gone: AbortSignal;
  service: Service;
}

/** What answers one method of one path. */
export interface Route {
  method: 'GET' | 'POST';
  /** One that ends in `/*` stands for all below it. */
  path: string;
  /** Answers without a token: probes of a load balancer have none. */
  isOpen?: true;
  /** Sends the answer. What it throws is a bug of ours, and ends only this request. */
  handle(context: RouteContext): void | Promise<void>;
}
