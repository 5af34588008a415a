import { checkedConfiguration } from '../configuration-codec.ts';
import { maxMembers } from '../core/limits.ts';
import type {
  Configuration,
  InstallSnapshotRequest,
  InstallSnapshotResponse,
  Member,
  NodeId,
} from '../core/messages.ts';
import type { TransportLimits } from './limits.ts';
import { Refused } from './refusals.ts';
import { count, id } from './validate.ts';

type Fields = Readonly<Record<string, unknown>>;

const crcBytes = 4;
const digestBytes = 32;

/** The request in `body`, or a throw of `Refused` 'schema' or 'wrong_sender'. */
export function checkedInstallSnapshot(
  body: Fields,
  from: NodeId,
  limits: TransportLimits,
): InstallSnapshotRequest {
  const request = {
    term: count(body, 'term'),
    leader_id: id(body, 'leader_id', limits),
    last_included_index: count(body, 'last_included_index'),
    last_included_term: count(body, 'last_included_term'),
    configuration: configuration(body.configuration, limits),
    configuration_index: count(body, 'configuration_index'),
    offset: count(body, 'offset'),
    data: bytes(body, 'data', null),
    chunk_crc: bytes(body, 'chunk_crc', crcBytes),
    done: body.done === true,
    digest: bytes(body, 'digest', digestBytes),
  };
  if (typeof body.done !== 'boolean') throw wrong('done', 'a boolean');
  if (request.last_included_index === 0) throw wrong('last_included_index', 'above 0');
  if (request.last_included_term > request.term) {
    throw wrong('last_included_term', 'up to the term of the message');
  }
  if (request.leader_id === from) return request;
  throw new Refused(
    'wrong_sender',
    `a snapshot in the name of ${request.leader_id} came from ${from}`,
  );
}

export function checkedInstallSnapshotResponse(body: Fields): InstallSnapshotResponse {
  return { term: count(body, 'term'), next_offset: count(body, 'next_offset') };
}

function configuration(value: unknown, { maxIdLength }: TransportLimits): Configuration {
  let checked: Configuration;
  try {
    checked = checkedConfiguration(value);
  } catch (error) {
    throw wrong('configuration', `one: ${(error as Error).message}`);
  }
  const { voters, voters_outgoing: outgoing, learners, removed = [] } = checked;
  const members = [...voters, ...outgoing, ...learners];
  if (members.length > 3 * maxMembers) throw wrong('configuration', 'of fewer members');
  const texts = [...members.flatMap(textsOf), ...removed];
  if (texts.every((text) => text.length <= maxIdLength)) return checked;
  throw wrong('configuration', `of texts of up to ${maxIdLength} characters`);
}

function textsOf({ id, raft, api, replaces = '', directory_id = '' }: Member): string[] {
  return [id, raft, api, replaces, directory_id];
}

function bytes(body: Fields, field: string, length: number | null): Uint8Array {
  const value = body[field];
  if (!(value instanceof Uint8Array)) throw wrong(field, 'bytes');
  if (length !== null && value.length !== length) throw wrong(field, `${length} bytes`);
  return value;
}

function wrong(field: string, expected: string): Refused {
  return new Refused('schema', `${field} must be ${expected}`);
}
