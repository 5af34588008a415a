import { ENTRY_TYPE, type LogEntry } from '../../src/raft/core/messages.ts';
import { hashText, mix } from './randomness.ts';

/** What a client wants to have done once. */
export interface Command {
  readonly request_id: string;
  readonly key: string;
  readonly value: string;
}

export interface Applied {
  readonly request_id: string;
  /** Where it was applied for the first time. */
  readonly index: number;
  readonly again: boolean;
}

export function encodeCommand({ request_id: requestId, key, value }: Command): Uint8Array {
  return new TextEncoder().encode(`${requestId} ${key} ${value}`);
}

export function decodeCommand(bytes: Uint8Array): Command {
  const [requestId = '', key = '', value = ''] = new TextDecoder().decode(bytes).split(' ');
  return { request_id: requestId, key, value };
}

/** Registers, and the ids of the requests that were applied, as the real one keeps them in SQLite. */
export class Machine {
  applied = { index: 0, term: 0 };
  /** Of all that ever changed the state, in order. */
  chain = 0;
  values = new Map<string, string>();
  done = new Map<string, number>();

  /** As a snapshot holds it. */
  copy(): Machine {
    const copy = new Machine();
    copy.become(this);
    return copy;
  }

  /** The state of another one takes the place of this one. */
  become(other: Machine): void {
    this.applied = other.applied;
    this.chain = other.chain;
    this.values = new Map(other.values);
    this.done = new Map(other.done);
  }

  apply(entry: LogEntry): Applied | null {
    if (entry.index !== this.applied.index + 1) {
      throw new Error(`entry ${entry.index} applied after ${this.applied.index}`);
    }
    this.applied = { index: entry.index, term: entry.term };
    if (entry.type !== ENTRY_TYPE.command) return null;
    const { request_id: requestId, key, value } = decodeCommand(entry.command);
    const before = this.done.get(requestId);
    if (before !== undefined) return { request_id: requestId, index: before, again: true };
    this.done.set(requestId, entry.index);
    this.values.set(key, value);
    this.chain = mix(this.chain + hashText(`${entry.index} ${requestId} ${key} ${value}`));
    return { request_id: requestId, index: entry.index, again: false };
  }
}
