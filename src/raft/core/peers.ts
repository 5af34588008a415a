import { directoryOf } from './directories.ts';
import type { Configuration, NodeId } from './messages.ts';
import { Progress } from './progress.ts';
import { memberIds } from './quorum.ts';
import type { Core } from './state.ts';

/** To whom a leader sends: the members, and for a while those who have just left. */

export function startProgress(core: Core): void {
  core.progress = new Map();
  core.departing = new Map();
  core.catchUps = new Map();
  const { previous } = core.configurations;
  if (previous !== null) followMembers(core, previous.configuration);
  followMembers(core, core.configuration);
}

/**
 * Whoever is new is sent the log; whoever has left is still sent what follows until it can know, as it
 * will not hear of its removal from anybody else.
 */
export function followMembers(
  core: Core,
  { voters, voters_outgoing, learners }: Configuration,
): void {
  const staying = new Set(memberIds(core.configuration));
  for (const { id } of [...voters, ...voters_outgoing, ...learners]) {
    if (id === core.id) continue;
    if (!core.progress.has(id)) {
      core.progress.set(id, new Progress(core.log.lastIndex + 1, core.now));
    }
    if (staying.has(id)) core.departing.delete(id);
    else core.departing.set(id, core.departing.get(id) ?? Number.POSITIVE_INFINITY);
  }
}

/** To be called now and then: whoever has left is sent nothing more after an election timeout. */
export function forgetDeparted(core: Core): void {
  for (const [id, until] of core.departing) {
    if (until === Number.POSITIVE_INFINITY && core.configurations.latest.index <= core.commit) {
      core.departing.set(id, core.now + core.timing.election_timeout_max_ms);
    } else if (core.now >= until) {
      core.departing.delete(id);
      core.progress.delete(id);
    }
  }
}

/**
 * Whether a message counts as from the member that the configuration means. What is known of a peer whose
 * directory the configuration does not say, a learner's above all, holds for one directory only.
 */
export function isSameServer(core: Core, id: NodeId, directory: string | null): boolean {
  const known = directoryOf(core.configuration, id);
  if (known !== undefined) return directory === known;
  const progress = core.progress.get(id);
  if (progress === undefined || progress.directory === directory) return true;
  if (progress.directory !== null) {
    core.progress.set(id, new Progress(core.log.lastIndex + 1, core.now));
    core.catchUps.delete(id);
  }
  (core.progress.get(id) as Progress).directory = directory;
  return true;
}

/** Answered within an election timeout. */
export function isAnswering(core: Core, id: NodeId): boolean {
  if (id === core.id) return true;
  const answeredAt = core.progress.get(id)?.answeredAt ?? Number.NEGATIVE_INFINITY;
  return answeredAt > core.now - core.timing.election_timeout_min_ms;
}
