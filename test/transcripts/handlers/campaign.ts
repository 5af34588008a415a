import { TIMING } from '../node.ts';
import type { Story } from '../story.ts';
import { run } from './deliver.ts';
import { tick } from './time.ts';

/**
 * Waits until a server's election timeout has run out. With `while a b`, these live on as usual in the
 * meantime, which is not shown; without it nobody does anything.
 */
export function campaign(story: Story, [id, , ...others]: readonly string[]): void {
  const node = story.node(id);
  while (others.length > 0 && story.now + TIMING.heartbeat_ms < node.core.electionAt) {
    story.now += TIMING.heartbeat_ms;
    tick(story, others);
    run(story, others);
    story.output();
  }
  story.now = Math.max(story.now, node.core.electionAt);
  node.give({ type: 'tick' });
}
