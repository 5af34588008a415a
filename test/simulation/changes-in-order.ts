import { ENTRY_TYPE, type LogEntry, type NodeId } from '../../src/raft/core/messages.ts';
import type { Marks } from './marks.ts';
import { markChange } from './member-marks.ts';
import { check } from './violation.ts';
import type { Watched } from './watched.ts';

/** One change at a time, and none before the leader has committed an entry of its term. */
export function followMembers(
  id: NodeId,
  node: Watched,
  entries: readonly LogEntry[],
  marks: Marks,
): void {
  const { core, members } = node;
  const before = members.latest;
  members.write(entries);
  if (members.latest.index < before.index) marks.hit('configuration_rolled_back');
  const changes = entries.filter(({ type, term }) => {
    return type === ENTRY_TYPE.configuration && term === core.term;
  });
  if (core.role !== 'leader' || changes.length === 0) return;
  check(changes.length === 1, 'OneChangeAtATime', `${id} changes its members twice in a step`);
  check(core.commit >= before.index, 'OneChangeAtATime', `${id} changes its members too soon`);
  const own = core.log.termAt(core.commit) === core.term;
  check(own, 'OneChangeAtATime', `${id} changes its members before a commit of its term`);
  const inherited = node.written.termAt(before.index) !== core.term;
  markChange(marks, id, inherited, before.configuration, members.latest.configuration);
}
