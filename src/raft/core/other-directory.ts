import { directoryOf } from './directories.ts';
import type { Core } from './state.ts';

/**
 * The cluster knows this id by another directory than the one that this process has: that one is lost, or
 * elsewhere, and with it what was promised under the id. Nothing that this node says counts any more.
 */
export class OtherDirectory extends Error {
  override readonly name = 'OtherDirectory';

  /** @param whoSays the log, or the peer that refuses to speak with this node */
  constructor(id: string, whoSays: string) {
    super(
      `${whoSays} says that ${id} has another data folder than this one, which is new: the old one, with ` +
        'the votes and entries that this node has promised to keep, is missing. Start the node with ' +
        'the old folder (--data) if there is still one; else a node with a new id has to take its ' +
        `place: npx lms-admin add-node --replaces ${id}`,
    );
  }
}

/** To be called whenever the members are others. */
export function refuseOtherDirectory(core: Core): void {
  const known = directoryOf(core.configuration, core.id);
  if (known === undefined || known === core.directoryId) return;
  throw new OtherDirectory(core.id, 'the log');
}
