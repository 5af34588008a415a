import { configurationCodec } from '../../src/raft/configuration-codec.ts';
import type { PlacedConfiguration } from '../../src/raft/core/configurations.ts';
import type { Configuration, LogEntry, Member, Message } from '../../src/raft/core/messages.ts';
import { ENTRY_TYPE } from '../../src/raft/core/messages.ts';
import type { Core } from '../../src/raft/core/state.ts';

/** How things look in a transcript. An entry is `index/term`, as is the end of a log. */

export function formatEntry({ index, term, type, command }: LogEntry): string {
  return `${index}/${term} ${formatContent(type, command)}`;
}

function formatContent(type: LogEntry['type'], command: Uint8Array): string {
  if (type === ENTRY_TYPE.no_op) return 'no-op';
  if (type === ENTRY_TYPE.command) return formatCommand(command);
  return formatConfiguration(configurationCodec.decode(command));
}

/** `{incoming voters / outgoing voters, learners ~, removed ids -}`; addresses where they are not the first; `?`: its directory is not known. */
function formatConfiguration(configuration: Configuration): string {
  const { voters, voters_outgoing: outgoing, learners, removed = [] } = configuration;
  const parts = voters.map(formatVoter);
  if (outgoing.length > 0) parts.push('/', ...outgoing.map(formatVoter));
  parts.push(...learners.map((one) => `~${formatMember(one)}`));
  parts.push(...removed.map((id) => `-${id}`));
  return `{${parts.join(' ')}}`;
}

function formatVoter(member: Member): string {
  return `${formatMember(member)}${member.directory_id === undefined ? '?' : ''}`;
}

function formatMember({ id, raft, replaces }: Member): string {
  const address = raft === `${id}:1` ? '' : `@${raft}`;
  return `${id}${address}${replaces === undefined ? '' : `>${replaces}`}`;
}

export function formatConfigurations(known: {
  readonly latest: PlacedConfiguration;
  readonly committed: PlacedConfiguration;
}): string {
  const { latest, committed } = known;
  const members = `knows members ${latest.index} ${formatConfiguration(latest.configuration)}`;
  return latest === committed ? `${members}, committed` : members;
}

function formatCommand(command: Uint8Array): string {
  return command.length > 30 ? `${command.length} bytes` : new TextDecoder().decode(command);
}

export function formatEntries(entries: readonly LogEntry[]): string {
  return `[${entries.map(formatEntry).join(', ')}]`;
}

export function formatMessage(message: Message): string {
  switch (message.kind) {
    case 'VoteRequest': {
      const { body } = message;
      const name = body.pre_vote ? 'PreVoteRequest' : 'VoteRequest';
      const transfer = body.leadership_transfer ? ' transfer' : '';
      return `${name} term=${body.term} last=${body.last_log_index}/${body.last_log_term}${transfer}`;
    }
    case 'VoteResponse': {
      const { body } = message;
      const name = body.pre_vote ? 'PreVoteResponse' : 'VoteResponse';
      return `${name} term=${body.term} ${body.vote_granted ? 'granted' : 'refused'}`;
    }
    case 'AppendEntriesRequest': {
      const { body } = message;
      const entries = body.entries.length > 0 ? ` entries=${formatEntries(body.entries)}` : '';
      const prev = `${body.prev_log_index}/${body.prev_log_term}`;
      const name = body.is_notice ? 'AppendNotice' : 'Append';
      return `${name} term=${body.term} prev=${prev}${entries} commit=${body.leader_commit}${round(body.read_round)}`;
    }
    case 'AppendEntriesResponse': {
      const { body } = message;
      const result = body.success
        ? `match=${body.match_index}`
        : `refused conflict=${body.conflict_index}/${body.conflict_term}`;
      return `AppendResponse term=${body.term} ${result}${round(body.read_round)}`;
    }
    case 'TimeoutNowRequest':
      return `TimeoutNow term=${message.body.term}`;
    case 'ReadIndexRequest':
      return `ReadIndexRequest term=${message.body.term} ${message.body.request_id}`;
    case 'ReadIndexResponse': {
      const { body } = message;
      return `ReadIndexResponse ${body.request_id} term=${body.term} index=${body.read_index}`;
    }
  }
}

/** One line: everything the paper's Figure 2 calls state, and what is durable. */
export function formatState(core: Core): string {
  const { log } = core;
  const parts = [
    core.role,
    `term=${core.term}`,
    `vote=${core.votedFor ?? '-'}`,
    `leader=${core.leaderId ?? '-'}`,
    `last=${log.lastIndex}/${log.lastTerm}`,
    `durable=${core.durable}`,
    `commit=${core.commit}`,
  ];
  for (const [peer, progress] of [...core.progress].sort()) {
    parts.push(`${peer}:${progress.state},match=${progress.match},next=${progress.next}`);
  }
  return parts.join(' ');
}

function round(value: number): string {
  return value > 0 ? ` round=${value}` : '';
}
