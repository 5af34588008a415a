import type { Story } from '../story.ts';

/** What is not fsynced is lost, and so are the messages to these nodes, until they are back. */
export function crash(story: Story, ids: readonly string[]): void {
  for (const id of ids) {
    story.node(id).crash();
    story.wire = story.wire.filter((packet) => packet.to !== id);
  }
}

/** The disks of these nodes are lost, and they have new ones when they are back. */
export function loseFolder(story: Story, ids: readonly string[]): void {
  crash(story, ids);
  for (const id of ids) story.node(id).loseFolder();
}

export function restart(story: Story, ids: readonly string[]): void {
  for (const id of ids) story.node(id).restart();
}

/** The connection from a to b broke: a hears of it. */
export function disconnect(story: Story, [id, peer = '']: readonly string[]): void {
  story.node(id).give({ type: 'reachable', peer, reachable: false });
}

/** The connection from a to b broke and is back: a hears of it. */
export function reconnect(story: Story, [id, peer = '']: readonly string[]): void {
  story.node(id).give({ type: 'reachable', peer, reachable: true });
}
