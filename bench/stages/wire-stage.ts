import { packBatch } from '../../src/raft/log/packed-batch.ts';
import { decode } from '../../src/raft/transport/codec.ts';
import { encodeFrame, FrameReader } from '../../src/raft/transport/frames.ts';
import { DEFAULT_LIMITS } from '../../src/raft/transport/limits.ts';
import { checkedMessage } from '../../src/raft/transport/validate.ts';
import { cpuTime } from './cpu-time.ts';

const rounds = 20_000;
const commandBytes = 520;

/** CPU time per entry, in µs, when `batchSize` of them share a message. */
export function wireMicroseconds(batchSize: number): Record<'encode' | 'decode' | 'pack', number> {
  const command = new Uint8Array(commandBytes).fill(7);
  const entries = Array.from({ length: batchSize }, (_, n) => ({
    index: 1000 + n,
    term: 3,
    type: 0 as const,
    command,
  }));
  const head = { term: 3, leader_id: 'n1', leader_commit: 990, read_round: 5 };
  const append = { ...head, prev_log_index: 999, prev_log_term: 3, entries };
  const frame = encodeFrame('AppendEntriesRequest', append);
  const reader = new FrameReader(DEFAULT_LIMITS.maxMessageBytes, (_kind, body) =>
    checkedMessage('AppendEntriesRequest', decode(body), 'n1', DEFAULT_LIMITS),
  );
  const batch = { seq: 1, hard_state: null, truncate_after: null, entries };
  return {
    encode: cpuTime(rounds, () => encodeFrame('AppendEntriesRequest', append)) / batchSize,
    decode: cpuTime(rounds, () => reader.push(frame)) / batchSize,
    pack: cpuTime(rounds, () => packBatch(batch)) / batchSize,
  };
}
