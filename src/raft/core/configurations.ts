import { assert } from './assert.ts';
import type { Configuration, LogEntry } from './messages.ts';

/** A configuration and where it stands in the log. */
export interface PlacedConfiguration {
  /** Of its entry; of the first one: of the snapshot that carries it, 0 for the first members. */
  readonly index: number;
  readonly configuration: Configuration;
}

/** How a configuration becomes the command of an entry: the core knows no encoding. */
export interface ConfigurationCodec {
  encode(configuration: Configuration): Uint8Array;
  /** Throws when the bytes are no configuration. */
  decode(command: Uint8Array): Configuration;
}

/**
 * The configurations that the log holds, oldest first. The last one is in force from the moment it is
 * in the log (thesis §4.1), and the one before it is again when its entry is truncated. All back to
 * the log's base are kept, so that a snapshot at any index finds the one that was in force there.
 */
export class Configurations {
  readonly #codec: ConfigurationCodec;
  #placed: PlacedConfiguration[];

  /** @param entries those of type configuration, in index order */
  constructor(
    codec: ConfigurationCodec,
    first: PlacedConfiguration,
    entries: readonly LogEntry[] = [],
  ) {
    this.#codec = codec;
    this.#placed = [first];
    for (const entry of entries) if (entry.index > first.index) this.append(entry);
  }

  get latest(): PlacedConfiguration {
    return this.#placed.at(-1) as PlacedConfiguration;
  }

  /** In force at `index`: the newest at or below it. */
  at(index: number): PlacedConfiguration {
    return this.#placed.findLast((one) => one.index <= index) ?? this.#first;
  }

  /** In force at `index`, and all later ones. */
  from(index: number): readonly PlacedConfiguration[] {
    return this.#placed.slice(this.#placed.indexOf(this.at(index)));
  }

  /** The one before the latest, `null` when the log does not go back to it. */
  get previous(): PlacedConfiguration | null {
    return this.#placed.at(-2) ?? null;
  }

  encode(configuration: Configuration): Uint8Array {
    return this.#codec.encode(configuration);
  }

  append(entry: LogEntry): void {
    assert(entry.index > this.latest.index, `configuration ${entry.index} is not the newest`);
    this.#placed.push({
      index: entry.index,
      configuration: this.#codec.decode(entry.command),
    });
  }

  /** Takes those at `index` and after it away. */
  truncateFrom(index: number): void {
    assert(index > this.#first.index, `truncation at ${index} reaches the first configuration`);
    this.#placed = this.#placed.filter((one) => one.index < index);
  }

  /** The log begins after `base` now: what was superseded by then is forgotten. */
  compactTo(base: number): void {
    this.#placed = [...this.from(base)];
  }

  /** A snapshot took the place of the whole log. */
  reset(first: PlacedConfiguration): void {
    this.#placed = [first];
  }

  get #first(): PlacedConfiguration {
    return this.#placed[0] as PlacedConfiguration;
  }
}
