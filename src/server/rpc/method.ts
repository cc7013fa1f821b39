import type { Result } from '../../domain/result.js';
import type { CallerContext } from '../caller.js';
import type { Service } from '../service.js';
import type { Shape } from '../shape.js';
import type { RpcError } from './protocol.js';

/** A call whose parameters fit. */
export interface MethodCall {
  params: Readonly<Record<string, unknown>>;
  context: CallerContext;
  service: Service;
  /** Aborted when the client goes away. */
  gone: AbortSignal;
}

/** A method of the JSON-RPC interface. */
export interface Method {
  name: string;
  /** One sentence for the reference. */
  summary: string;
  /** What the result is, for the reference. */
  result: string;
  params: Shape;
  call(call: MethodCall): Promise<Result<object | string, RpcError>>;
}
