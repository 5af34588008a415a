/** A run found something that must not be. */
export class Violation extends Error {
  override readonly name = 'Violation';
  readonly invariant: string;

  constructor(invariant: string, details: string) {
    super(`${invariant}: ${details}`);
    this.invariant = invariant;
  }
}

export function check(holds: boolean, invariant: string, details: string): asserts holds {
  if (!holds) throw new Violation(invariant, details);
}
