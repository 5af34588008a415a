import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { pino } from 'pino';
import type { Configuration, InstallSnapshotRequest } from '../core/messages.ts';
import { syncAndHash } from './durable-file.ts';
import { crcOf } from './snapshot-receiver.ts';
import { type Snapshot, SnapshotStore } from './snapshot-store.ts';

export const silent = pino({ level: 'silent' });

export const MEMBERS: Configuration = {
  voters: [{ id: 'n1', raft: 'n1:1', api: 'http://n1' }],
  voters_outgoing: [],
  learners: [],
};

export function openStore(folder: string): Promise<SnapshotStore> {
  return SnapshotStore.open(folder, silent);
}

/** Bytes that differ from place to place. */
export function bytesOf(index: number, size: number): Buffer {
  return Buffer.from(Array.from({ length: size }, (_, n) => (n * 31 + index * 7 + (n >> 8)) % 251));
}

/** A snapshot as the state machine would have written it. */
export async function addSnapshot(
  store: SnapshotStore,
  index: number,
  size = 1000,
): Promise<Snapshot> {
  writeFileSync(store.takingPath, bytesOf(index, size));
  const { size_bytes, sha256 } = await syncAndHash(store.takingPath);
  return store.add(store.takingPath, {
    last_included_index: index,
    last_included_term: 2,
    configuration: MEMBERS,
    configuration_index: 1,
    size_bytes,
    sha256,
  });
}

/** The part of `whole` from `offset` on, as a leader of term 3 sends it. */
export function partOf(
  whole: Uint8Array,
  offset: number,
  size: number,
  more: Partial<InstallSnapshotRequest> = {},
): InstallSnapshotRequest {
  const data = whole.slice(offset, offset + size);
  return {
    term: 3,
    leader_id: 'n1',
    last_included_index: 40,
    last_included_term: 2,
    configuration: MEMBERS,
    configuration_index: 1,
    offset,
    data,
    chunk_crc: crcOf(data),
    done: offset + size >= whole.length,
    digest: createHash('sha256').update(whole).digest(),
    ...more,
  };
}
