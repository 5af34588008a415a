import type { Story } from '../story.ts';

/** The leader hands over. */
export function transfer(story: Story, [id, to]: readonly string[]): void {
  story.node(id).give({ type: 'transfer', to: to ?? null });
}
