import { TIMING } from '../node.ts';
import type { Story } from '../story.ts';
import { run } from './deliver.ts';

export function wait(story: Story, [ms]: readonly string[]): void {
  story.now += Number(ms);
}

export function tick(story: Story, ids: readonly string[]): void {
  for (const id of ids) story.node(id).give({ type: 'tick' });
}

export function live(story: Story, [ms, ...ids]: readonly string[]): void {
  const end = story.now + Number(ms);
  while (story.now < end) {
    story.now = Math.min(end, story.now + TIMING.heartbeat_ms);
    tick(story, ids);
    run(story, ids);
  }
}
