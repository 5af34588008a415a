import type { Message, NodeId } from './messages.ts';
import type { Core } from './state.ts';

/** Sends once `after` is durable, and only while the term is still the present one. */
export function send(core: Core, to: NodeId, message: Message, after: number): void {
  core.effects.push({ type: 'send', to, message, after, if_term: core.term });
}

/** The batch that makes everything up to now durable; it may be the one of this very step. */
export function everythingDurable(core: Core): number {
  const dirty = core.hardStateDirty || core.dirtyFrom !== null || core.resetTo !== null;
  return dirty ? core.persistSeq + 1 : core.persistSeq;
}

/** The batch that makes the present term and vote durable. */
export function hardStateDurable(core: Core): number {
  return core.hardStateDirty ? core.persistSeq + 1 : core.hardStateSeq;
}

/** What was said in this step before the term moved on: it may no longer be true when it leaves. */
export function dropOutdated(core: Core): void {
  core.effects = core.effects.filter((effect) => {
    return effect.type !== 'send' || effect.if_term === core.term;
  });
}
