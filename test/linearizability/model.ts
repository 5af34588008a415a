import type { Operation } from './history.ts';

/** What the object would do if it were alone: the specification that a history is held against. */
export interface Model<State> {
  readonly initial: State;
  /**
   * The state after the operation, `null` when the object in this state could not have answered so.
   * The result of an operation without an answer is anything.
   */
  step(state: State, operation: Operation): State | null;
  /** Equal for equal states. */
  keyOf(state: State): string;
}

/** `append` adds a value, `read` gives all of them in order: nothing lost, doubled or stale. */
export const listModel: Model<readonly string[]> = {
  initial: [],
  step(state, { kind, value, result, return_ns: returned }) {
    if (kind === 'append') return state.includes(String(value)) ? null : [...state, String(value)];
    if (returned === null) return state;
    const read = result as readonly string[];
    return read.length === state.length && read.every((item, n) => item === state[n])
      ? state
      : null;
  },
  keyOf: (state) => state.join('\u0000'),
};

/**
 * The list when the order of all its values was read at the end: a state is how many of them are
 * there. Every append has one place, so one of unknown outcome leaves nothing to guess.
 */
export function orderedListModel(order: readonly string[]): Model<number> {
  return {
    initial: 0,
    step(state, { kind, value, result, return_ns: returned }) {
      if (kind === 'append') return order[state] === value ? state + 1 : null;
      if (returned === null) return state;
      const read = result as readonly string[];
      return read.length === state && read.every((item, n) => item === order[n]) ? state : null;
    },
    keyOf: String,
  };
}

/** `write` sets, `cas` sets if the value is the expected one, `read` gets. */
export const registerModel: Model<string | null> = {
  initial: null,
  step(state, { kind, value, result, return_ns: returned }) {
    if (kind === 'write') return String(value);
    if (kind === 'read') return returned === null || result === state ? state : null;
    const { from, to } = value as { from: string | null; to: string };
    const sets = state === from;
    if (returned !== null && result !== sets) return null;
    return sets ? to : state;
  },
  keyOf: (state) => JSON.stringify(state),
};
