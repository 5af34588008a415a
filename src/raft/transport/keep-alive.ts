import type { Http2Session } from 'node:http2';
import type { TransportLimits } from './limits.ts';

/**
 * Pings the other end, and calls `onDead` once nothing at all came from it for `pingTimeoutMs`: a
 * stopped process still accepts connections and bytes. Any byte counts, since on a slow link the
 * ping waits behind megabytes, while the window updates for them do come. Ends with the session.
 */
export function keepAlive(
  session: Http2Session,
  limits: Pick<TransportLimits, 'pingIntervalMs' | 'pingTimeoutMs'>,
  onDead: () => void,
): void {
  let heardAt = performance.now();
  let bytesRead = 0;
  const isSilent = () => {
    const now = performance.now();
    const read = session.socket?.bytesRead ?? 0;
    if (read !== bytesRead) heardAt = now;
    bytesRead = read;
    return now - heardAt > limits.pingTimeoutMs;
  };
  const judge = () => {
    if (!session.destroyed && isSilent()) onDead();
  };

  const timer = setInterval(() => {
    if (session.destroyed) return;
    session.ping(() => undefined);
    // When it was this process that stood still, the answer lies in the socket: read it first.
    if (isSilent()) setImmediate(() => setImmediate(judge));
  }, limits.pingIntervalMs);
  session.once('close', () => clearInterval(timer));
}
