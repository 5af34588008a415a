import { configurationCodec } from '../../src/raft/configuration-codec.ts';
import type { Configuration, LogEntry, Member } from '../../src/raft/core/messages.ts';
import { ENTRY_TYPE } from '../../src/raft/core/messages.ts';

interface Placed {
  readonly index: number;
  readonly configuration: Configuration;
}

/** The configurations in a node's log, told from its entries alone, not from what its core believes. */
export class MemberTrack {
  #first: Placed;
  #placed: Placed[] = [];
  /** How many there were when the last step ended: this step may have begun by any of the later ones. */
  #before = 0;

  constructor(first: Configuration) {
    this.#first = { index: 0, configuration: first };
  }

  get latest(): Placed {
    return this.#placed.at(-1) ?? this.#first;
  }

  /** Those that may have decided something in this step. */
  get deciding(): readonly Configuration[] {
    const all = [this.#first, ...this.#placed];
    return all.slice(Math.min(this.#before, all.length - 1)).map((one) => one.configuration);
  }

  at(index: number): Configuration {
    return (this.#placed.findLast((one) => one.index <= index) ?? this.#first).configuration;
  }

  write(entries: readonly LogEntry[]): void {
    const [first] = entries;
    if (first === undefined) return;
    this.#placed = this.#placed.filter((one) => one.index < first.index);
    for (const { index, type, command } of entries) {
      if (type !== ENTRY_TYPE.configuration) continue;
      this.#placed.push({ index, configuration: configurationCodec.decode(command) });
    }
  }

  truncateFrom(index: number): void {
    this.#placed = this.#placed.filter((one) => one.index < index);
  }

  /** As far as `index` it is the other's: a snapshot brought it. */
  copyUpTo(other: MemberTrack, index: number): void {
    this.#first = other.#first;
    this.#placed = other.#placed.filter((one) => one.index <= index);
  }

  stepped(): void {
    this.#before = this.#placed.length;
  }
}

/** Which of them a node with this directory is, by `configuration`: it may not say. */
export function isMember(member: Member, directory: string): boolean {
  return member.directory_id === undefined || member.directory_id === directory;
}

/** As long as it does not say the directories of all voters, all of them have to agree. */
export function elects(configuration: Configuration, agrees: (member: Member) => boolean): boolean {
  const voters = [...configuration.voters, ...configuration.voters_outgoing];
  if (voters.some(({ directory_id: directory }) => directory === undefined)) {
    return voters.every(agrees);
  }
  return isQuorum(configuration, agrees);
}

/** By hand, as `core/quorum.ts` is one of the things that may be wrong. */
export function isQuorum(
  { voters, voters_outgoing: outgoing }: Configuration,
  agrees: (member: Member) => boolean,
): boolean {
  const most = (members: readonly Member[]): boolean => {
    let count = 0;
    for (const member of members) if (agrees(member)) count += 1;
    return 2 * count > members.length;
  };
  return most(voters) && (outgoing.length === 0 || most(outgoing));
}
