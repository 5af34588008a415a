import type { IncomingMessage, ServerResponse } from 'node:http';
import { maxDrainBytes, maxDrainMs } from './limits.ts';

/**
 * Reads away what is left of a body that was answered before its end (413, 401 …). Many clients read
 * the answer only when they have sent everything: to close on them would lose it, and to stop reading
 * would stall the next request of the connection. Bounded: beyond that the connection is closed.
 */
export function drainWhenAnswered(incoming: IncomingMessage, outgoing: ServerResponse): void {
  outgoing.once('finish', () => {
    if (!incoming.complete) drain(incoming);
  });
}

function drain(incoming: IncomingMessage): void {
  let bytes = 0;
  const cut = () => incoming.socket.destroySoon();
  const timer = setTimeout(cut, maxDrainMs);
  // A stream that was given up half read would pause the body again.
  incoming.removeAllListeners('data');
  incoming.removeAllListeners('readable');
  incoming.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > maxDrainBytes) cut();
  });
  incoming.once('close', () => clearTimeout(timer));
  incoming.resume();
}
