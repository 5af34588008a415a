import { type ClientHttp2Session, connect } from 'node:http2';
import { connect as connectTls } from 'node:tls';
import type { NodeId } from '../core/messages.ts';
import { keepAlive } from './keep-alive.ts';
import type { TransportLimits } from './limits.ts';
import { expectNode, http2Options, type TransportKeys, tlsOptions } from './tls-options.ts';

export interface DialOptions {
  readonly keys: TransportKeys;
  readonly limits: TransportLimits;
}

export interface Dialled {
  readonly session: ClientHttp2Session;
  /** At once. `session.destroy` alone waits until a last frame is written, which a full socket never does. */
  readonly hangUp: () => void;
}

/**
 * Opens a session to a node. Failures come as the session's 'error' and 'close'; the first has a
 * handler already. `onDead` is called once the other end fell silent or said that it goes away.
 */
export function dial(
  peer: NodeId,
  address: string,
  { keys, limits }: DialOptions,
  onDead: (error: Error) => void,
): Dialled {
  const { hostname, port } = new URL(`https://${address}`);
  const socket = connectTls({
    ...tlsOptions(keys),
    host: hostname.replace(/^\[(.*)\]$/, '$1'),
    port: Number(port),
    servername: peer,
    checkServerIdentity: expectNode(keys, peer),
  });
  const session = connect(`https://${peer}`, {
    ...http2Options(limits),
    createConnection: () => socket,
  });
  session.on('error', () => undefined);
  session.once('connect', () => {
    session.setLocalWindowSize(limits.sessionWindowBytes);
    keepAlive(session, limits, () =>
      onDead(new Error(`${peer} was silent for ${limits.pingTimeoutMs} ms`)),
    );
  });
  // Waiting for the last streams of a peer that shuts down would only delay the next dial.
  session.once('goaway', () => onDead(new Error(`${peer} goes away`)));
  const hangUp = () => {
    session.destroy();
    socket.destroy();
  };
  return { session, hangUp };
}
