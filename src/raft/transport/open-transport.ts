import { Http2Transport, type TransportOptions } from './http2-transport.ts';
import { TransportStartError } from './transport-error.ts';

/**
 * Listens, and begins to dial the members. Set `onMessage`, `onForward` and `onReachable` in the
 * same tick in which the promise resolves: nothing is delivered before that.
 * Rejects with `TransportStartError` when the keys are not this node's or the address is taken.
 */
export async function openTransport(options: TransportOptions): Promise<Http2Transport> {
  const { self, keys, members } = options;
  if (keys.cluster_id !== self.cluster_id || keys.node_id !== self.node_id) {
    throw new TransportStartError(
      `the keys are of node ${keys.node_id} in cluster ${keys.cluster_id}, not of ${self.node_id} in ${self.cluster_id}: use the pki folder of this cluster`,
    );
  }
  const transport = new Http2Transport(options);
  try {
    await transport.listen(self.listen);
  } catch (error) {
    const { host, port } = self.listen;
    const { code } = error as NodeJS.ErrnoException;
    const fix =
      code === 'EADDRINUSE'
        ? 'stop the process that has it or choose another port'
        : 'choose an address of this machine';
    throw new TransportStartError(
      `cannot listen for peers on ${host}:${port} (${(error as Error).message}): ${fix}`,
      { cause: error },
    );
  }
  transport.setMembers(members);
  return transport;
}
