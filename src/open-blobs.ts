import type { Logger } from 'pino';
import { blobHandler } from './blob-handler.ts';
import { BLOBS_PREFIX, TransportPeerBlobs } from './blob-peers.ts';
import { settleTimeoutMs } from './lms/blobs/limits.ts';
import { ReplicatedBlobs } from './lms/blobs/replicated-blobs.ts';
import type { Reader } from './lms/reader.ts';
import type { RaftNode } from './raft/node.ts';
import type { Http2Transport } from './raft/transport/http2-transport.ts';

/** The bytes of files, kept on a majority over the Raft transport; peers are served from here on. */
export async function openBlobs(
  folder: string,
  io: {
    readonly transport: Http2Transport;
    readonly raft: Pick<RaftNode, 'status' | 'diskLow' | 'readBarrier'>;
    readonly reader: Reader;
  },
  maxFileBytes: number,
  logger: Logger,
): Promise<ReplicatedBlobs> {
  const membership = () => {
    const { node_id, members } = io.raft.status();
    return { self: node_id, members };
  };
  const peers = new TransportPeerBlobs(io.transport);
  const diskLow = () => io.raft.diskLow;
  const settle = () => io.raft.readBarrier(settleTimeoutMs);
  const surroundings = { peers, membership, reader: io.reader, diskLow, settle };
  const blobs = await ReplicatedBlobs.open(folder, surroundings, logger);
  io.transport.handle(BLOBS_PREFIX, blobHandler(blobs.store, maxFileBytes, logger));
  return blobs;
}
