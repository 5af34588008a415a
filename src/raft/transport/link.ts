import type { Member } from '../core/messages.ts';
import {
  DialledStream,
  type DialledStreamEvents,
  type DialledStreamOptions,
} from './dialled-stream.ts';
import { LANES, type Lane } from './lanes.ts';
import type { PeerStream } from './peer-stream.ts';

/** The lanes to one peer as one thing: open when all are, closed as soon as one is. */
export class Link {
  readonly #lanes: Readonly<Record<Lane, DialledStream>>;
  #isClosed = false;

  constructor(member: Member, options: DialledStreamOptions, events: DialledStreamEvents) {
    const dialLane = (lane: Lane) =>
      new DialledStream(member, lane, options, {
        ...events,
        onOpen: () => {
          if (this.isOpen) events.onOpen();
        },
        onClose: (error) => {
          if (this.#isClosed) return;
          this.close();
          events.onClose(error);
        },
      });
    this.#lanes = { bulk: dialLane('bulk'), control: dialLane('control') };
  }

  get isOpen(): boolean {
    return LANES.every((lane) => this.lane(lane) !== null);
  }

  /** Null until that lane is open, and from the moment that any is closed. */
  lane(lane: Lane): PeerStream | null {
    return this.#isClosed ? null : this.#lanes[lane].stream;
  }

  /** `onClose` is not called for this. */
  close(): void {
    this.#isClosed = true;
    for (const lane of LANES) this.#lanes[lane].close(null);
  }
}
