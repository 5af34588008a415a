import type { NodeId } from '../../../src/raft/core/messages.ts';
import type { Packet, Story } from '../story.ts';

/** Takes the messages on one link off the wire: all, or only the one at `position` (from 1). */
export function takeMatching(
  story: Story,
  from: NodeId | undefined,
  to: NodeId | undefined,
  position: string | undefined,
): Packet[] {
  const onLink = story.wire.filter((packet) => packet.from === from && packet.to === to);
  const chosen = position === undefined ? onLink : onLink.slice(Number(position) - 1).slice(0, 1);
  story.wire = story.wire.filter((packet) => !chosen.includes(packet));
  return chosen;
}

export function drop(story: Story, [from, to, position]: readonly string[]): void {
  if (takeMatching(story, from, to, position).length === 0) throw new Error('nothing to drop');
}

export function duplicate(story: Story, [from, to, position]: readonly string[]): void {
  const wire = [...story.wire];
  const copies = takeMatching(story, from, to, position);
  if (copies.length === 0) throw new Error('nothing to duplicate');
  story.wire = [...wire, ...copies.map((packet) => ({ ...packet }))];
}

export function delay(story: Story, [from, to, name, position]: readonly string[]): void {
  const [packet, ...more] = takeMatching(story, from, to, position);
  if (packet === undefined || more.length > 0) throw new Error('which message to delay?');
  story.delayed.set(name ?? '', packet);
}

export function arrive(story: Story, [name]: readonly string[]): void {
  const packet = story.delayed.get(name ?? '');
  if (packet === undefined) throw new Error(`nothing was delayed as ${name}`);
  story.deliver(packet);
}
