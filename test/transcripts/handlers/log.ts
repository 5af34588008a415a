import { formatEntries } from '../format.ts';
import type { Story } from '../story.ts';

export function log(story: Story, ids: readonly string[]): void {
  for (const node of story.sortedNodes()) {
    if (ids.length > 0 && !ids.includes(node.id)) continue;
    story.print(`${node.id} ${formatEntries(node.entries())}`);
  }
}
