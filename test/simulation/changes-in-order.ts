import { isDeepStrictEqual } from 'node:util';
import {
  type Configuration,
  ENTRY_TYPE,
  type LogEntry,
  type Member,
  type NodeId,
} from '../../src/raft/core/messages.ts';
import type { Marks } from './marks.ts';
import { markChange } from './member-marks.ts';
import { check } from './violation.ts';
import type { Watched } from './watched.ts';

/** The members are the same, and known by their directories from now on. */
function onlyIdentifies(before: Configuration, after: Configuration): boolean {
  const known = (member: Member): Member => {
    const { voters, voters_outgoing: outgoing } = after;
    return [...voters, ...outgoing].find((one) => one.id === member.id) ?? member;
  };
  const some = [...before.voters, ...before.voters_outgoing].some((one) => {
    return one.directory_id === undefined;
  });
  const { voters, voters_outgoing: outgoing } = before;
  const same = { ...before, voters: voters.map(known), voters_outgoing: outgoing.map(known) };
  return some && isDeepStrictEqual(same, after);
}

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
  if (onlyIdentifies(before.configuration, members.latest.configuration)) {
    check(changes[0]?.index === core.noopIndex + 1, 'FoundedFirst', `${id} names directories late`);
    return marks.hit('founded');
  }
  check(changes.length === 1, 'OneChangeAtATime', `${id} changes its members twice in a step`);
  check(core.commit >= before.index, 'OneChangeAtATime', `${id} changes its members too soon`);
  const own = core.log.termAt(core.commit) === core.term;
  check(own, 'OneChangeAtATime', `${id} changes its members before a commit of its term`);
  const inherited = node.written.termAt(before.index) !== core.term;
  markChange(marks, id, inherited, before.configuration, members.latest.configuration);
}
