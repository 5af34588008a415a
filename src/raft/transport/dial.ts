import { type ClientHttp2Session, connect } from 'node:http2';
import type { NodeId } from '../core/messages.ts';
import { keepAlive } from './keep-alive.ts';
import type { TransportLimits } from './limits.ts';
import { expectNode, http2Options, type TransportKeys, tlsOptions } from './tls-options.ts';

export interface DialOptions {
  readonly keys: TransportKeys;
  readonly limits: TransportLimits;
}

/**
 * Opens a session to a node. Never throws: failures come as 'error' and then 'close'. A session
 * whose other end falls silent is destroyed with an error that says so.
 */
export function dial(
  peer: NodeId,
  address: string,
  { keys, limits }: DialOptions,
): ClientHttp2Session {
  const session = connect(`https://${address}`, {
    ...tlsOptions(keys),
    ...http2Options(limits),
    servername: peer,
    checkServerIdentity: expectNode(keys, peer),
  });
  session.on('error', () => undefined);
  session.once('connect', () => {
    session.setLocalWindowSize(limits.sessionWindowBytes);
    keepAlive(session, limits, () =>
      session.destroy(new Error(`${peer} did not answer for ${limits.pingTimeoutMs} ms`)),
    );
  });
  // The other end is shutting down: waiting for its last streams would only delay the next dial.
  session.once('goaway', () => session.destroy());
  return session;
}
