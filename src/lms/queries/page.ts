/** One page of a keyset list: `limit` rows after the key of the row before. */
export interface PageRequest<Key extends readonly (string | number)[]> {
  readonly limit: number;
  /** Sort key of the last row of the page before, `null` for the first page. */
  readonly after: Key | null;
}

export interface Page<Item, Key extends readonly (string | number)[]> {
  readonly items: readonly Item[];
  /** Where the next page begins; `null` when this was the last. */
  readonly next: Key | null;
}

/** Cuts rows that were read with `LIMIT limit + 1`: the surplus row says that there is more. */
export function cutPage<Row, Key extends readonly (string | number)[]>(
  rows: readonly Row[],
  limit: number,
  keyOf: (row: Row) => Key,
): Page<Row, Key> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, next: rows.length > limit && last !== undefined ? keyOf(last) : null };
}
