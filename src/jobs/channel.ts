import type { JobOrder, OrderMessage, StartedMessage } from './order.js';

/** The client of a run, as the process of the run sees it. */
export interface Client {
  order: JobOrder;
  /** Says that the run has started; `false`: the client is gone, so that the handle would never be known. */
  started(): Promise<boolean>;
  /** Lets go of the client: from then on neither keeps the other. */
  leave(): void;
}

/** Waits for the order of the client; `null`: this process was started by none, or it ended without an order. */
export function receiveOrder(): Promise<Client | null> {
  if (process.send === undefined) return Promise.resolve(null);
  return new Promise((resolve) => {
    const gone = (): void => resolve(null);
    process.once('disconnect', gone);
    process.once('message', (message: OrderMessage) => {
      process.removeListener('disconnect', gone);
      resolve({ order: message.order, started: sayStarted, leave });
    });
  });
}

function sayStarted(): Promise<boolean> {
  const message: StartedMessage = { started: true };
  return new Promise((resolve) => {
    if (process.send === undefined || !process.connected) return resolve(false);
    process.send(message, (error: Error | null) => resolve(error === null));
  });
}

function leave(): void {
  if (process.connected) process.disconnect();
}
