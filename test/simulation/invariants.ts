import type {
  Configuration,
  LogEntry,
  Member,
  Message,
  NodeId,
} from '../../src/raft/core/messages.ts';
import type { Core } from '../../src/raft/core/state.ts';
import type { LogBatch, LogPosition, RecoveredLog } from '../../src/raft/ports.ts';
import { AppliedStates } from './applied-states.ts';
import { followMembers } from './changes-in-order.ts';
import { ClientView } from './client-view.ts';
import { checkFinal } from './final-commits.ts';
import { EntryHashes, type Hashed, type HashedLog } from './hashed-log.ts';
import { Lives } from './lives.ts';
import { markCounting, markRecovery, markRefusal, markTruncation } from './log-marks.ts';
import type { Applied } from './machine.ts';
import type { Marks } from './marks.ts';
import { elects, MemberTrack } from './member-track.ts';
import { checkPromises, promiseEntries, promiseVote } from './promises.ts';
import { check } from './violation.ts';
import { type Watched, watch } from './watched.ts';

interface Committed {
  readonly hash: number;
  /** Of the leader that committed it first. */
  readonly term: number;
}

/**
 * All that must hold at every moment of a run, whatever fails (paper, Figure 3, and what the promises of
 * the product add), seen with the eyes of a god. Called by the nodes of the simulator at each step.
 */
export class Invariants {
  readonly clients = new ClientView();
  readonly #marks: Marks;
  readonly #watched = new Lives();
  readonly #hashes = new EntryHashes();
  /** Of each term: its leader, by id and directory. */
  readonly #leaders = new Map<number, { readonly id: NodeId; readonly directory: string }>();
  /** Entry `i + 1` at position `i`. */
  readonly #committed: Committed[] = [];
  readonly #states = new AppliedStates();
  /** Entry `i + 1` of the committed history at position `i`, and the members that it set. */
  readonly #history: Hashed[] = [];
  readonly #historyMembers: MemberTrack;
  #members: Configuration;

  /** @param first the members at the start */
  constructor(marks: Marks, first: Configuration) {
    this.#marks = marks;
    this.#members = first;
    this.#historyMembers = new MemberTrack(first);
  }

  get committed(): number {
    return this.#committed.length;
  }

  /** The members as of the newest entry that is committed. */
  get members(): Configuration {
    return this.#members;
  }

  /** A process starts. Nothing that it said in an earlier life may be forgotten (PromiseKept). */
  started(id: NodeId, core: Core, recovered: RecoveredLog, entries: readonly LogEntry[]): void {
    const node = this.#watched.get(id) ?? this.#newcomer(id, core);
    const { hard_state: state } = recovered;
    node.core = core;
    const before = { written: node.written.clone(), durable: node.durable.clone() };
    this.#startOver(id, node.written, recovered.base);
    this.#write(id, node.written, entries);
    if (recovered.base.index === 0) node.members.truncateFrom(1);
    else node.members.copyUpTo(this.#historyMembers, recovered.base.index);
    node.members.write(entries);
    node.members.stepped();
    node.durable.copy(node.written);
    markRecovery(this.#marks, before, node.durable);

    checkPromises(id, node, state);
    node.durableState = state;
    node.term = state.term;
    node.commit = core.commit;
  }

  /** A batch was handed to the disk. */
  persisted(id: NodeId, batch: LogBatch): void {
    const node = this.#node(id);
    if (batch.reset !== undefined) this.#snapshotAdopted(id, node, batch.reset);
    const [first] = batch.entries;
    if (first === undefined) return;
    const { written } = node;
    const truncated = first.index <= written.lastIndex;
    if (truncated) {
      check(node.core.role !== 'leader', 'LeaderAppendOnly', `${id} replaced entry ${first.index}`);
      markTruncation(this.#marks, node, first.index);
      if (node.acknowledged.index >= first.index) {
        const index = first.index - 1;
        node.acknowledged = { index, hash: written.hashAt(index) };
      }
    }
    this.#write(id, written, batch.entries);
    followMembers(id, node, batch.entries, this.#marks);
  }

  /** Batches were fsynced. */
  synced(id: NodeId, batches: readonly LogBatch[]): void {
    const node = this.#node(id);
    for (const { entries, hard_state: state, reset } of batches) {
      if (reset !== undefined) this.#startOver(id, node.durable, reset);
      this.#write(id, node.durable, entries);
      if (state !== null) node.durableState = state;
    }
    const { index, hash } = node.acknowledged;
    const kept = node.durable.hashAt(index) === hash;
    check(kept, 'PromiseKept', `the disk of ${id} replaces entry ${index}, which it acknowledged`);
  }

  /** A message leaves: from now on it is a promise. */
  sent(id: NodeId, to: NodeId, message: Message): void {
    const node = this.#node(id);
    const { durableState: state, core } = node;
    switch (message.kind) {
      case 'VoteRequest':
        if (!message.body.pre_vote) promiseVote(id, node, message.body.term, id);
        if (message.body.leadership_transfer) this.#marks.hit('leadership_handed_over');
        return;
      case 'VoteResponse': {
        const { pre_vote: preVote, vote_granted: granted, term } = message.body;
        if (granted && preVote) return;
        if (granted) promiseVote(id, node, term, to);
        else this.#marks.hit(preVote ? 'pre_vote_refused' : 'vote_refused');
        break;
      }
      case 'AppendEntriesRequest': {
        const { term, leader_commit: commit, entries } = message.body;
        check(commit <= core.commit, 'Monotone', `${id} tells of commit index ${commit}`);
        this.#checkEntries(id, node, term, entries.at(-1));
        break;
      }
      case 'AppendEntriesResponse':
        if (message.body.success) promiseEntries(id, node, message.body.match_index);
        else markRefusal(this.#marks, message.body.term, core, message.body.conflict_term);
        break;
      case 'ReadIndexRequest':
        return;
      case 'ReadIndexResponse':
        break;
    }
    const { term } = message.body;
    check(term <= core.term, 'MessageTerm', `${id} sends term ${term} in term ${core.term}`);
    check(state.term >= term, 'PromiseKept', `${id} tells of term ${term} before its disk has it`);
    node.sentTerm = Math.max(node.sentTerm, term);
  }

  becameLeader(id: NodeId): void {
    const node = this.#node(id);
    const { term } = node.core;
    const { directory } = node;
    const other = this.#leaders.get(term) ?? { id, directory };
    const same = other.id === id && other.directory === directory;
    check(same, 'ElectionSafety', `${other.id} and ${id} both lead term ${term}`);
    const again = [...this.#leaders.values()].some((one) => one.id === id);
    this.#marks.hit(again ? 'elected_again' : 'elected');
    this.#leaders.set(term, { id, directory });
    const { term: votedIn, voted_for: votedFor } = node.durableState;
    const itself = votedIn === term && votedFor === id;
    const voted = (voter: Member): boolean => {
      // The only member asks nobody.
      if (voter.id === id && itself) return true;
      return this.#watched.of(voter).some(({ votes }) => votes.get(term) === id);
    };
    const elected = elects(node.members.latest.configuration, voted);
    check(elected, 'ElectedByMajority', `${id} leads term ${term} without a majority`);
    const index = this.#committed.findLastIndex((entry) => entry.term < term) + 1;
    const complete = index === 0 || node.written.hashAt(index) === this.#committed[index - 1]?.hash;
    check(complete, 'LeaderCompleteness', `${id} leads term ${term} without committed ${index}`);
  }

  /** After each step of the core. */
  stepped(id: NodeId): void {
    const node = this.#node(id);
    const { core, written, durable } = node;
    check(core.term >= node.term, 'Monotone', `the term of ${id} went back`);
    node.term = core.term;
    const same = core.log.lastIndex === written.lastIndex && core.log.lastTerm === written.lastTerm;
    check(same, 'LogMatching', `${id} takes its log to end at ${core.log.lastIndex}`);
    const believed = durable.hashAt(core.durable) === written.hashAt(core.durable);
    check(believed, 'DurableIsDurable', `${id} believes that ${core.durable} is durable`);
    check(core.commit >= node.commit, 'Monotone', `the commit index of ${id} went back`);
    if (core.commit > node.commit) this.#advanced(id, node);
    if (core.role === 'leader') markCounting(this.#marks, core);
    const { latest } = node.members;
    const known = core.configurations.latest.index === latest.index;
    check(known, 'MembersAreInTheLog', `${id} goes by other members than those of ${latest.index}`);
    node.members.stepped();
  }

  applied(id: NodeId, entry: LogEntry, outcome: Applied | null, chain: number): void {
    const node = this.#node(id);
    const hash = this.#hashes.of(entry);
    const committed = this.#committed[entry.index - 1]?.hash === hash;
    check(committed, 'StateMachineSafety', `${id} applies ${entry.index}, which is not committed`);
    const durable = node.durable.hashAt(entry.index) === hash;
    check(durable, 'DurableBeforeApplied', `${id} applies ${entry.index} before its disk has it`);
    this.#states.applied(id, entry.index, outcome, chain);
    if (outcome?.again === true) this.#marks.hit('request_came_twice_into_log');
  }

  /** The state machine became a snapshot of `index`. */
  installed(id: NodeId, index: number, chain: number): void {
    const node = this.#node(id);
    const durable = node.durable.hashAt(index) === this.#history[index - 1]?.hash;
    check(durable, 'DurableBeforeApplied', `${id} installs ${index} before its log starts there`);
    this.#states.installed(id, index, chain);
  }

  /** Its promises are not on its disk any more, and it is another one to whoever knows that. */
  lostFolder(id: NodeId): void {
    this.#watched.lostFolder(id);
  }

  #newcomer(id: NodeId, core: Core): Watched {
    const node = watch(core);
    this.#watched.set(id, node);
    return node;
  }

  #node(id: NodeId): Watched {
    const node = this.#watched.get(id);
    if (node === undefined) throw new Error(`there is no node ${id}`);
    return node;
  }

  /** A log that begins behind a snapshot stands for the whole history up to there. */
  #startOver(id: NodeId, log: HashedLog, base: LogPosition): void {
    const history = this.#history.slice(0, base.index);
    const known = history.length === base.index && (history.at(-1)?.term ?? 0) === base.term;
    check(known, 'SnapshotIsCommitted', `${id} begins behind ${base.index}/${base.term}`);
    log.startOver(history);
  }

  #snapshotAdopted(id: NodeId, node: Watched, snapshot: LogPosition): void {
    const { written, acknowledged } = node;
    const { index } = snapshot;
    check(index > node.commit, 'SnapshotIsNews', `${id} replaces newer state by ${index}`);
    const held = written.hashAt(index) === this.#history[index - 1]?.hash;
    check(!held, 'GoodSuffixIsKept', `${id} held entry ${index}, and drops what is behind it`);
    if (written.lastIndex > node.commit) this.#marks.hit('snapshot_replaced_uncommitted_entries');
    this.#startOver(id, written, snapshot);
    if (written.hashAt(acknowledged.index) !== acknowledged.hash) {
      node.acknowledged = { index: node.commit, hash: written.hashAt(node.commit) };
    }
    node.members.copyUpTo(this.#historyMembers, index);
  }

  /** An index and a term determine the entry and all before it (LogMatching). */
  #write(id: NodeId, log: HashedLog, entries: readonly LogEntry[]): void {
    const [first] = entries;
    if (first === undefined) return;
    log.truncateFrom(first.index);
    for (const entry of entries) {
      const hash = this.#hashes.chained(log, entry);
      check(hash !== null, 'LogMatching', `${id} has another ${entry.index}/${entry.term}`);
      log.push({ term: entry.term, hash });
    }
  }

  /** What was sent in the very step that ended the leadership may have been replaced in it. */
  #checkEntries(id: NodeId, node: Watched, term: number, last: LogEntry | undefined): void {
    if (last === undefined || node.core.term !== term) return;
    const own = node.written.hashAt(last.index) === this.#hashes.of(last);
    check(own, 'LogMatching', `${id} sends entry ${last.index}, which is not in its log`);
  }

  #advanced(id: NodeId, node: Watched): void {
    const { core, written } = node;
    const leads = core.role === 'leader';
    check(core.commit <= written.lastIndex, 'CommitDurable', `${id} commits what it does not have`);
    if (leads) checkFinal(id, node, this.#watched);
    for (let index = node.commit + 1; index <= core.commit; index += 1) {
      const hash = written.hashAt(index);
      const known = this.#committed[index - 1];
      if (known === undefined) {
        check(leads, 'CommitDurable', `${id} commits ${index}, which no leader has committed`);
        this.#committed.push({ hash, term: core.term });
        this.#history.push({ hash, term: written.termAt(index) });
        this.#historyMembers.copyUpTo(node.members, index);
        this.#members = node.members.at(index);
        if (core.log.termAt(index) !== core.term) this.#marks.hit('older_term_committed_by_newer');
      } else {
        check(known.hash === hash, 'StateMachineSafety', `${id} commits another entry ${index}`);
      }
    }
    if (leads && core.commit > core.durable) this.#marks.hit('committed_without_leaders_disk');
    node.commit = core.commit;
  }
}
