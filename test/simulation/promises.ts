import type { NodeId } from '../../src/raft/core/messages.ts';
import type { HardState } from '../../src/raft/ports.ts';
import { check } from './violation.ts';
import type { Watched } from './watched.ts';

/** What a node has said binds it, over all its lives (PromiseKept, VoteOnce). */

/** It votes for a candidate, itself perhaps. */
export function promiseVote(id: NodeId, node: Watched, term: number, candidate: NodeId): void {
  const before = node.votes.get(term) ?? candidate;
  check(before === candidate, 'VoteOnce', `${id} votes for ${before} and ${candidate} in ${term}`);
  node.votes.set(term, candidate);
  node.sentTerm = Math.max(node.sentTerm, term);
  const { term: durableTerm, voted_for: durableVote } = node.durableState;
  const onDisk = durableTerm > term || (durableTerm === term && durableVote === candidate);
  check(onDisk, 'PromiseKept', `${id} votes for ${candidate} in ${term} before its disk has it`);
}

/** It acknowledges all entries up to `index`. */
export function promiseEntries(id: NodeId, node: Watched, index: number): void {
  const hash = node.written.hashAt(index);
  const onDisk = index <= node.durable.lastIndex && node.durable.hashAt(index) === hash;
  check(onDisk, 'PromiseKept', `${id} acknowledges ${index} before its disk has it`);
  if (index > node.acknowledged.index) node.acknowledged = { index, hash };
}

/** It starts again, with `state` on its disk. */
export function checkPromises(id: NodeId, node: Watched, state: HardState): void {
  const { sentTerm, votes, acknowledged } = node;
  check(state.term >= sentTerm, 'PromiseKept', `${id} forgot term ${sentTerm}`);
  const vote = votes.get(state.term);
  const kept = vote === undefined || vote === state.voted_for;
  check(kept, 'PromiseKept', `${id} forgot its vote for ${vote} in term ${state.term}`);
  const present = node.durable.hashAt(acknowledged.index) === acknowledged.hash;
  check(present, 'PromiseKept', `${id} lost entry ${acknowledged.index}, which it acknowledged`);
  check(state.term >= node.durableState.term, 'Monotone', `the term on ${id}'s disk went back`);
}
