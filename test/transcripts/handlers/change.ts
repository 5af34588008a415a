import type { MemberChange } from '../../../src/raft/core/member-change.ts';
import type { Story } from '../story.ts';

/** A change of the members; its words are its request id too. */
export function change(story: Story, [id, ...words]: readonly string[]): void {
  const request = { request_id: words.join(' '), change: changeOf(words) };
  story.node(id).give({ type: 'change_members', ...request });
}

function changeOf([kind, id = '', other = '']: readonly string[]): MemberChange {
  if (kind === 'add') return { kind, member: member(id, other || `${id}:1`) };
  if (kind === 'remove') return { kind, id };
  if (kind === 'replace') return { kind, id, member: member(other, `${other}:1`) };
  if (kind === 'update') return { kind, member: member(id, other) };
  throw new Error(`there is no change "${kind}"`);
}

function member(id: string, raft: string) {
  return { id, raft, api: `http://${raft.split(':')[0]}` };
}
