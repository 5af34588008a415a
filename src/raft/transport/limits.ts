import assert from 'node:assert/strict';

/** Every bound of the transport. Bytes and milliseconds as the names say. */
export interface TransportLimits {
  readonly maxEntryBytes: number;
  readonly maxMessageBytes: number;
  readonly maxEntriesPerMessage: number;
  /** Ids of nodes, clients and requests; in UTF-16 units, which is what a check can afford. */
  readonly maxIdLength: number;
  readonly maxHandshakeBytes: number;
  readonly maxFeatures: number;

  /** Per peer and lane; beyond either, frames are dropped and counted. */
  readonly maxQueuedFrames: number;
  readonly maxQueuedBytes: number;
  /** Frames of one tick are joined into writes of about this size. */
  readonly maxWriteBytes: number;
  /** How long a frame that is not urgent waits for company. */
  readonly patienceMs: number;

  /** Per peer and direction. */
  readonly maxForwardsInFlight: number;
  readonly maxUnaryCallsPerPeer: number;
  readonly unaryTimeoutMs: number;

  /** From the first SYN to the answered handshake. */
  readonly connectTimeoutMs: number;
  readonly pingIntervalMs: number;
  readonly pingTimeoutMs: number;
  readonly backoffMinMs: number;
  readonly backoffMaxMs: number;

  /** How long a member that was removed is still spoken to: it must hear of it. */
  readonly farewellMs: number;

  /** HTTP/2 flow control; the 64 KiB default stalls a link at one window per round trip. */
  readonly streamWindowBytes: number;
  readonly sessionWindowBytes: number;
  readonly maxSessionMemoryMiB: number;
  readonly maxStreamsPerSession: number;
  /** A peer needs two; more are what it left behind while reconnecting. */
  readonly maxSessionsPerPeer: number;

  /** Side channel: how long nothing may move in a request before it is given up. */
  readonly sideIdleMs: number;
  /** nghttp2 ends a session after about 1,000 cancelled streams; retire it well before. */
  readonly maxCancelsPerSession: number;

  /** At most one log line per reason and peer in this time. */
  readonly refusalLogIntervalMs: number;
}

const KIB = 1024;
const MIB = 1024 * KIB;

export const DEFAULT_LIMITS: TransportLimits = {
  maxEntryBytes: 1 * MIB,
  maxMessageBytes: 4 * MIB,
  maxEntriesPerMessage: 32 * KIB,
  maxIdLength: 256,
  maxHandshakeBytes: 8 * KIB,
  maxFeatures: 64,

  maxQueuedFrames: 16 * KIB,
  maxQueuedBytes: 32 * MIB,
  maxWriteBytes: 256 * KIB,
  patienceMs: 50,

  maxForwardsInFlight: 4 * KIB,
  maxUnaryCallsPerPeer: 64,
  unaryTimeoutMs: 5_000,

  connectTimeoutMs: 3_000,
  pingIntervalMs: 1_000,
  pingTimeoutMs: 3_000,
  backoffMinMs: 50,
  backoffMaxMs: 1_000,

  farewellMs: 5_000,

  streamWindowBytes: 4 * MIB,
  sessionWindowBytes: 16 * MIB,
  maxSessionMemoryMiB: 64,
  maxStreamsPerSession: 128,
  maxSessionsPerPeer: 8,

  sideIdleMs: 15_000,
  maxCancelsPerSession: 200,

  refusalLogIntervalMs: 10_000,
};

/** MessagePack around one entry: four keys, three numbers, the header of `command`. */
const ENTRY_OVERHEAD_BYTES = 64;
/** The fields of an AppendEntriesRequest beside its entries. */
const MESSAGE_OVERHEAD_BYTES = 4 * KIB;

/** Throws when the bounds contradict each other: then some message could never be delivered. */
export function checkLimits(limits: TransportLimits): TransportLimits {
  const largest = limits.maxEntryBytes + ENTRY_OVERHEAD_BYTES + MESSAGE_OVERHEAD_BYTES;
  assert(largest <= limits.maxMessageBytes, 'one entry of maxEntryBytes must fit a message');
  assert(
    limits.maxEntriesPerMessage * ENTRY_OVERHEAD_BYTES + largest <= limits.maxMessageBytes,
    'maxEntriesPerMessage with maxEntryBytes of commands must fit a message',
  );
  assert(limits.maxMessageBytes <= limits.maxQueuedBytes, 'a message must fit the queue');
  assert(limits.maxHandshakeBytes <= limits.maxMessageBytes, 'a handshake is a message');
  assert(
    limits.maxFeatures * 16 + limits.maxIdLength * 2 < limits.maxHandshakeBytes,
    'a handshake must fit its bound',
  );
  assert(limits.pingIntervalMs < limits.pingTimeoutMs, 'a ping needs time to be answered');
  assert(limits.backoffMinMs <= limits.backoffMaxMs, 'backoff grows');
  assert(limits.streamWindowBytes <= limits.sessionWindowBytes, 'a stream is in a session');
  assert(limits.maxMessageBytes <= limits.streamWindowBytes, 'a message must fit the window');
  assert(
    limits.sessionWindowBytes < limits.maxSessionMemoryMiB * MIB,
    'a full window must fit the memory that a session may take',
  );
  return limits;
}
