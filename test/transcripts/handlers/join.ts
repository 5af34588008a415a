import { emptyImage } from '../../fixtures/disk-image.ts';
import { StoryNode } from '../node.ts';
import type { Story } from '../story.ts';

/** A node that knows nobody until a leader writes to it. */
export function join(story: Story, [id = '', index = '0']: readonly string[]): void {
  story.nodes.set(id, new StoryNode(story, id, emptyImage(), 0, Number(index)));
}
