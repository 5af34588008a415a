import type { Compaction, LogPosition, RecoveredLog } from '../ports.ts';
import type { Room } from './disk-room.ts';
import type { LogLimits } from './limits.ts';
import type { LogIdentity } from './segment-header.ts';
import type { TornTail } from './torn-tail.ts';
import type { WireError } from './wire-error.ts';

/** What the worker is started with. */
export interface WorkerSetup {
  readonly folder: string;
  readonly identity: LogIdentity;
  readonly limits: LogLimits;
  readonly mustExist: boolean;
  /** Counts the requests; the worker sleeps on it. Shared. */
  readonly bell: Int32Array;
}

export interface ReadRequest {
  readonly kind: 'read';
  readonly id: number;
  readonly from: number;
  readonly to: number;
  readonly maxBytes: number;
}

export interface CompactRequest {
  readonly kind: 'compact';
  readonly id: number;
  readonly compaction: Compaction;
}

/** To the worker. An append is nothing but its packed buffer: it is the message that must be fast. */
export type LogRequest = ArrayBuffer | ReadRequest | CompactRequest | { readonly kind: 'close' };

/** From the worker. A number is the highest durable `seq`. */
export type LogReply =
  | number
  | {
      readonly kind: 'opened';
      readonly recovered: RecoveredLog;
      readonly tornTail: TornTail | null;
    }
  | { readonly kind: 'refused'; readonly error: WireError }
  | { readonly kind: 'entries'; readonly id: number; readonly records: ArrayBuffer }
  | { readonly kind: 'compacted'; readonly id: number; readonly base: LogPosition }
  | { readonly kind: 'unread'; readonly id: number; readonly error: WireError }
  | { readonly kind: 'failed'; readonly error: WireError }
  /** Said when it changes. */
  | { readonly kind: 'room'; readonly room: Room };
