import { formatState } from '../format.ts';
import type { Story } from '../story.ts';

export function state(story: Story): void {
  for (const node of story.sortedNodes()) {
    story.print(`${node.id} ${node.up ? formatState(node.core) : 'is down'}`);
  }
}
