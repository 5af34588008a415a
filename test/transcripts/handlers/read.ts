import type { Story } from '../story.ts';

export function read(story: Story, [id, ...reads]: readonly string[]): void {
  story.node(id).give(...reads.map((name) => ({ type: 'read', id: name }) as const));
}
