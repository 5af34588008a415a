import type { Story } from '../story.ts';

export function compact(story: Story, [id, index]: readonly string[]): void {
  story.node(id).compact(Number(index));
}

/** The file is whole, verified and durable at the receiver. */
export function arriveWhole(story: Story, [from = '', to, index]: readonly string[]): void {
  const sender = story.node(from);
  const snapshot =
    index === undefined
      ? sender.snapshots.at(-1)
      : sender.snapshots.find((one) => one.index === Number(index));
  if (snapshot === undefined) throw new Error(`${from} has no such snapshot`);
  const receiver = story.node(to);
  const term = sender.sending.get(receiver.id) ?? sender.core.term;
  const seen = receiver.core.term;
  if (!receiver.snapshots.includes(snapshot)) receiver.snapshots.push(snapshot);
  receiver.give({ type: 'snapshot_received', from, term, snapshot });
  sender.give({ type: 'snapshot_sent', peer: receiver.id, term: seen > term ? seen : 0 });
}

export function breakOff(story: Story, [from, peer = '']: readonly string[]): void {
  story.node(from).give({ type: 'snapshot_sent', peer, term: 0 });
}
