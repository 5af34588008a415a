import type { Story } from '../story.ts';

export function disk(story: Story, [id, mode]: readonly string[]): void {
  const node = story.node(id);
  node.manual = mode === 'manual';
  if (!node.manual) node.settle();
}

export function fsync(story: Story, [id, upTo]: readonly string[]): void {
  const node = story.node(id);
  const seq = upTo === undefined ? node.batches.at(-1)?.seq : Number(upTo);
  if (seq === undefined) throw new Error(`${id} has nothing to fsync`);
  node.fsync(seq);
}

/** At most `count` entries come, as when more would make too large a message. */
export function readDisk(story: Story, [id, count]: readonly string[]): void {
  story.node(id).readDisk(count === undefined ? Number.POSITIVE_INFINITY : Number(count));
}
