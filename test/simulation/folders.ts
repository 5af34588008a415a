import type { Configuration, NodeId } from '../../src/raft/core/messages.ts';
import { directoryIdOf } from '../fixtures/directory-id.ts';
import type { Conditions } from './conditions.ts';
import { EngineLog } from './engine-log.ts';
import type { Marks } from './marks.ts';
import { MemoryLog, type NodeLog } from './node-log.ts';
import { SnapshotShelf } from './snapshot-shelf.ts';

export const NOBODY: Configuration = { voters: [], voters_outgoing: [], learners: [] };

/** What is on the disk of a node, and who its configuration says that the first members are. */
export interface Folder {
  readonly configuration: Configuration;
  readonly log: NodeLog;
  readonly shelf: SnapshotShelf;
}

/** Of a node that was never there. */
export function newFolder(
  id: NodeId,
  conditions: Pick<Conditions, 'nodes' | 'founding' | 'real_log'>,
  marks: Marks,
): Folder {
  const first = firstMembers(conditions);
  return {
    configuration: first.voters.some((voter) => voter.id === id) ? first : NOBODY,
    log: conditions.real_log ? new EngineLog(id, marks) : new MemoryLog(),
    shelf: new SnapshotShelf(),
  };
}

export function nameOf(position: number): NodeId {
  return `n${position + 1}`;
}

/** They know each other's directories, unless they are to meet for the first time. */
export function firstMembers({
  nodes,
  founding,
}: Pick<Conditions, 'nodes' | 'founding'>): Configuration {
  const ids = Array.from({ length: nodes }, (_, position) => nameOf(position));
  const voters = ids.map((id) => {
    const member = { id, raft: `${id}:1`, api: `http://${id}-1` };
    return founding ? member : { ...member, directory_id: directoryIdOf(id) };
  });
  return { ...NOBODY, voters };
}
