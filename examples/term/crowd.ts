/** Does it for all, a few at a time; results in the order of `items`. */
export async function crowd<T, R>(
  items: readonly T[],
  run: (item: T, n: number) => Promise<R>,
  atOnce = 5,
): Promise<R[]> {
  const results: R[] = [];
  const queue = items.entries();
  const work = async () => {
    for (const [n, item] of queue) results[n] = await run(item, n);
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return results;
}
