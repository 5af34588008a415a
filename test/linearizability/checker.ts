import type { Operation } from './history.ts';
import type { Model } from './model.ts';

export type Verdict =
  | { readonly linearizable: true }
  /** No order explains the answers; `key` is where, `operations` what was seen of it. */
  | { readonly linearizable: false; readonly key: string; readonly operations: Operation[] }
  /** Too many orders to try within `maxSteps`: a failure of the test, not a pass. */
  | { readonly linearizable: 'unknown'; readonly key: string };

/** A call or a return in time order, in a list from which finished operations are taken out. */
interface Point {
  readonly operation: number;
  readonly call: boolean;
  /** The return of a call. */
  match: Point | null;
  previous: Point | null;
  next: Point | null;
}

/**
 * Whether one sequential order, in which an operation that returned before another was called comes
 * first, explains all answers (Wing & Gong 1993, with Lowe's memo of visited configurations). Keys are
 * checked one by one (linearizability is local, Herlihy & Wing 1990).
 */
export function checkLinearizable<State>(
  history: readonly Operation[],
  modelOf: (key: string) => Model<State>,
  maxSteps = 5_000_000,
): Verdict {
  for (const [key, operations] of Map.groupBy(history, (operation) => operation.key)) {
    const outcome = checkOne(operations, modelOf(key), maxSteps);
    if (outcome === 'unknown') return { linearizable: 'unknown', key };
    if (!outcome) return { linearizable: false, key, operations };
  }
  return { linearizable: true };
}

function checkOne<State>(
  operations: readonly Operation[],
  model: Model<State>,
  maxSteps: number,
): boolean | 'unknown' {
  const head = timeline(operations);
  const done = new Uint8Array(operations.length);
  const seen = new Set<string>();
  const stack: { readonly call: Point; readonly state: State }[] = [];
  let open = operations.filter((operation) => operation.return_ns !== null).length;
  let state = model.initial;
  let point = head.next;
  for (let steps = 0; open > 0; steps += 1) {
    if (steps > maxSteps) return 'unknown';
    if (point?.call) {
      const operation = operations[point.operation] as Operation;
      const after = model.step(state, operation);
      if (after !== null && isNew(seen, done, point.operation, model.keyOf(after))) {
        stack.push({ call: point, state });
        state = after;
        if (operation.return_ns !== null) open -= 1;
        lift(point);
        point = head.next;
      } else {
        point = point.next;
      }
      continue;
    }
    // A return whose operation has no place yet (or the end): the last choice was wrong.
    const last = stack.pop();
    if (last === undefined) return false;
    state = last.state;
    done[last.call.operation] = 0;
    if (operations[last.call.operation]?.return_ns !== null) open += 1;
    unlift(last.call);
    point = last.call.next;
  }
  return true;
}

function isNew(seen: Set<string>, done: Uint8Array, operation: number, state: string): boolean {
  done[operation] = 1;
  const configuration = `${Buffer.from(done).toString('latin1')}|${state}`;
  if (!seen.has(configuration)) {
    seen.add(configuration);
    return true;
  }
  done[operation] = 0;
  return false;
}

/** Calls and returns by time; at the same time calls come first, the intervals are closed. */
function timeline(operations: readonly Operation[]): Point {
  const points: { readonly at: number; readonly point: Point }[] = [];
  operations.forEach((operation, n) => {
    const back = point(n, false);
    const call = { ...point(n, true), match: back };
    points.push({ at: operation.call_ns, point: call });
    points.push({ at: operation.return_ns ?? Number.POSITIVE_INFINITY, point: back });
  });
  points.sort((a, b) =>
    a.at === b.at ? Number(b.point.call) - Number(a.point.call) : a.at - b.at,
  );
  const head = point(-1, false);
  let last = head;
  for (const { point: one } of points) {
    // An open end forces nothing.
    if (!one.call && operations[one.operation]?.return_ns === null) continue;
    one.previous = last;
    last.next = one;
    last = one;
  }
  return head;
}

function point(operation: number, call: boolean): Point {
  return { operation, call, match: null, previous: null, next: null };
}

function lift(call: Point): void {
  takeOut(call);
  if (call.match !== null && call.match.previous !== null) takeOut(call.match);
}

function unlift(call: Point): void {
  if (call.match !== null && call.match.previous !== null) putBack(call.match);
  putBack(call);
}

function takeOut(one: Point): void {
  if (one.previous !== null) one.previous.next = one.next;
  if (one.next !== null) one.next.previous = one.previous;
}

function putBack(one: Point): void {
  if (one.previous !== null) one.previous.next = one;
  if (one.next !== null) one.next.previous = one;
}
