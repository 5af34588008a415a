import type { Http2Session } from 'node:http2';
import type { TransportLimits } from './limits.ts';

/**
 * Pings the other end, and calls `onDead` once when no answer came within `pingTimeoutMs`: a
 * stopped process still accepts connections and bytes. Ends by itself with the session.
 */
export function keepAlive(
  session: Http2Session,
  limits: Pick<TransportLimits, 'pingIntervalMs' | 'pingTimeoutMs'>,
  onDead: () => void,
): void {
  let heardAt = performance.now();
  const heard = () => {
    heardAt = performance.now();
  };
  const silent = () => performance.now() - heardAt > limits.pingTimeoutMs;

  const timer = setInterval(() => {
    if (session.destroyed) return;
    session.ping(heard);
    // When it was this process that stood still, the answer lies in the socket: read it first.
    if (silent()) setImmediate(() => setImmediate(() => silent() && onDead()));
  }, limits.pingIntervalMs);
  session.once('close', () => clearInterval(timer));
}
