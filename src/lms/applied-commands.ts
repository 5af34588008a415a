import { rememberedCommandIds } from './limits.ts';

/** A UUIDv7 without hyphens, as every node makes them: they sort by their age. */
const UUID = /^[0-9a-f]{32}$/;

/**
 * Tells at once of almost every command that it was not applied before; only where this cannot tell
 * has the journal to be asked. The ids sort by their age, so one above all those that were forgotten
 * here is known or new.
 */
export class AppliedCommands {
  /** At least as high as every id that was applied and is in no generation. */
  #floor: string;
  #young = new Set<string>();
  #old = new Set<string>();

  /** @param floor at least as high as every id that was ever applied */
  constructor(floor: string) {
    this.#floor = floor;
  }

  isCertainlyNew(id: string): boolean {
    return id > this.#floor && !this.#young.has(id) && !this.#old.has(id) && UUID.test(id);
  }

  add(id: string): void {
    if (!UUID.test(id)) return;
    this.#young.add(id);
    if (this.#young.size < rememberedCommandIds) return;
    for (const forgotten of this.#old) {
      if (forgotten > this.#floor) this.#floor = forgotten;
    }
    this.#old = this.#young;
    this.#young = new Set();
  }
}
