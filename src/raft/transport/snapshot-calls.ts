import { constants } from 'node:http2';
import type { InstallSnapshotRequest, InstallSnapshotResponse, NodeId } from '../core/messages.ts';
import { decode, encode } from './codec.ts';
import { MSGPACK } from './http-body.ts';
import { RPC_PREFIX } from './rpc.ts';
import type { SideRequest, SideResponse } from './side-channel.ts';
import { TransportError } from './transport-error.ts';
import { checkedInstallSnapshotResponse } from './validate-snapshot.ts';

const maxResponseBytes = 16 * 1024;

/**
 * One part of a snapshot as one call over the side channel: it never delays Raft frames, and flow
 * control holds it back. Rejects with `TransportError`.
 */
export async function callInstallSnapshot(
  send: (request: SideRequest) => Promise<SideResponse>,
  peer: NodeId,
  request: InstallSnapshotRequest,
  deadlineMs: number,
): Promise<InstallSnapshotResponse> {
  const response = await send({
    method: 'POST',
    path: `${RPC_PREFIX}InstallSnapshot`,
    headers: { 'content-type': MSGPACK },
    body: encode(request),
    signal: AbortSignal.timeout(deadlineMs),
  });
  const body = await readAll(peer, response);
  if (response.status === constants.HTTP_STATUS_OK) return checkedInstallSnapshotResponse(body);
  const message = `${peer} refuses the snapshot: ${String(body.message)}`;
  throw new TransportError('refused', { peer, sent: true, message });
}

async function readAll(peer: NodeId, { body }: SideResponse): Promise<Record<string, unknown>> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const part of body) {
      bytes += part.length;
      if (bytes > maxResponseBytes) throw new Error(`more than ${maxResponseBytes} bytes`);
      parts.push(part);
    }
    return decode(Buffer.concat(parts));
  } catch (error) {
    const message = `the answer of ${peer} cannot be read: ${(error as Error).message}`;
    throw new TransportError('unreachable', { peer, sent: true, message, cause: error });
  }
}
