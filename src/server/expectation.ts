import type { ServerResponse } from 'node:http';

/** The answers whose clients hold their body back until they get `100 Continue`, and whether their connection can stay open. */
const HELD = new WeakMap<ServerResponse, boolean>();

/**
 * Keeps `100 Continue` back until the body is read. An answer that needs no body ends the connection: whether the body still follows
 * cannot be told.
 */
export function holdBody(response: ServerResponse): void {
  HELD.set(response, response.shouldKeepAlive);
  response.shouldKeepAlive = false;
}

/** Whether the client still waits to be told to send its body. */
export function isBodyHeld(response: ServerResponse): boolean {
  return HELD.has(response);
}

/** Tells a client that holds its body back to send it. */
export function requestBody(response: ServerResponse): void {
  const canStay = HELD.get(response);
  if (canStay === undefined) return;
  HELD.delete(response);
  response.shouldKeepAlive = canStay;
  response.writeContinue();
}
