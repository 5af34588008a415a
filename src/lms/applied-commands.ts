import { rememberedCommandIds } from './limits.ts';

/** A UUIDv7 without hyphens, as every node makes them: they sort by their age. */
const UUID = /^[0-9a-f]{32}$/;

/**
 * Tells at once of almost every command that it was not applied before; only where this cannot tell
 * has the journal to be asked. The ids sort by their age, so one above all those that were forgotten
 * here is known or new; and most are above all that are known, which is why they are kept in order.
 */
export class AppliedCommands {
  /** Sorted. The first is at least as high as every id that was applied and is not here. */
  readonly #ids: string[];

  /** @param floor at least as high as every id that was ever applied */
  constructor(floor: string) {
    this.#ids = [floor];
  }

  isCertainlyNew(id: string): boolean {
    if (!UUID.test(id)) return false;
    const place = this.#placeOf(id);
    return place > 0 && this.#ids[place] !== id;
  }

  add(id: string): void {
    if (!UUID.test(id)) return;
    const place = this.#placeOf(id);
    if (place === 0 || this.#ids[place] === id) return;
    this.#ids.splice(place, 0, id);
    if (this.#ids.length > 2 * rememberedCommandIds) this.#ids.splice(0, rememberedCommandIds);
  }

  /** Of the first that is not lower. */
  #placeOf(id: string): number {
    const ids = this.#ids;
    let low = 0;
    let high = ids.length;
    if ((ids[high - 1] as string) < id) return high;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((ids[middle] as string) < id) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
