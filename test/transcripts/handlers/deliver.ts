import { formatMessage } from '../format.ts';
import type { Packet, Story } from '../story.ts';
import { takeMatching } from './carry.ts';

/** Longer than any story needs; more means that two nodes keep each other busy for ever. */
const maxRounds = 50;

export function deliver(story: Story, args: readonly string[]): void {
  const packets =
    args.length === 1
      ? take(story, (packet) => packet.to === args[0])
      : takeMatching(story, args[0], args[1], args[2]);
  if (packets.length === 0) throw new Error(`nothing to deliver: ${args.join(' ')}`);
  for (const packet of packets) story.deliver(packet);
}

/** In rounds: what is on its way at the start of a round, receiver by receiver. */
export function run(story: Story, ids: readonly string[]): void {
  const among = new Set(ids.length > 0 ? ids : story.nodes.keys());
  for (let round = 0; round < maxRounds; round += 1) {
    const packets = take(story, ({ from, to }) => among.has(from) && among.has(to));
    if (packets.length === 0) return;
    for (const node of story.sortedNodes()) {
      for (const packet of packets) if (packet.to === node.id) story.deliver(packet);
    }
  }
  throw new Error(`the cluster is not quiet after ${maxRounds} rounds`);
}

export function wire(story: Story): void {
  for (const { from, to, message } of story.wire) {
    story.print(`${from} -> ${to} ${formatMessage(message)}`);
  }
}

function take(story: Story, wanted: (packet: Packet) => boolean): Packet[] {
  const taken = story.wire.filter(wanted);
  story.wire = story.wire.filter((packet) => !wanted(packet));
  return taken;
}
