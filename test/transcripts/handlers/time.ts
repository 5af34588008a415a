import type { Story } from '../story.ts';

export function wait(story: Story, [ms]: readonly string[]): void {
  story.now += Number(ms);
}

export function tick(story: Story, ids: readonly string[]): void {
  for (const id of ids) story.node(id).give({ type: 'tick' });
}
