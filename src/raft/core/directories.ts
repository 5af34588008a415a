import type { Configuration, Member, NodeId } from './messages.ts';

/**
 * A server is an id **and** the directory that holds what it has promised. An id that comes back with
 * another directory has forgotten its votes and its entries: whoever counted it as the one that gave
 * them would count a majority twice. So the configuration says which directory each voter has (the
 * idea is KIP-853's, of Kafka): of the first members from the first election on, of those that come
 * later from their promotion on; and it never says another one of the same id.
 */

/** `undefined`: the configuration does not say. */
export function directoryOf(configuration: Configuration, id: NodeId): string | undefined {
  const { voters, voters_outgoing: outgoing, learners } = configuration;
  const isIt = (member: Member): boolean => member.id === id;
  return (voters.find(isIt) ?? outgoing.find(isIt) ?? learners.find(isIt))?.directory_id;
}

/** Whether it says the directories of all voters. */
export function areIdentified({ voters, voters_outgoing: outgoing }: Configuration): boolean {
  const says = (member: Member): boolean => member.directory_id !== undefined;
  return voters.every(says) && outgoing.every(says);
}

/** The same members, with the directories of those voters of which it did not say any. */
export function identified(
  configuration: Configuration,
  directories: ReadonlyMap<NodeId, string>,
): Configuration {
  const identify = (member: Member): Member => {
    const directory_id = member.directory_id ?? directories.get(member.id);
    return directory_id === undefined ? member : { ...member, directory_id };
  };
  return {
    ...configuration,
    voters: configuration.voters.map(identify),
    voters_outgoing: configuration.voters_outgoing.map(identify),
  };
}
