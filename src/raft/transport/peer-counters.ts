/** Since the transport was opened. */
export interface PeerCounters {
  frames_sent: number;
  bytes_sent: number;
  frames_received: number;
  bytes_received: number;
  /** Frames not sent: no connection, queue full, over the size limit, or lost in a queue. */
  frames_dropped: number;
  /** Times that the connection came up again. */
  reconnects: number;
}

export function newPeerCounters(): PeerCounters {
  return {
    frames_sent: 0,
    bytes_sent: 0,
    frames_received: 0,
    bytes_received: 0,
    frames_dropped: 0,
    reconnects: 0,
  };
}

/** One peer at one moment. */
export interface PeerStatus extends Readonly<PeerCounters> {
  readonly reachable: boolean;
  readonly queued_frames: number;
  readonly queued_bytes: number;
  readonly forwards_in_flight: number;
}
