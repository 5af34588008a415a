import type { Conditions, Profile } from './conditions.ts';

/** What a run is a function of, beside the code. */
export interface Recipe {
  readonly seed: number;
  readonly profile: Profile;
  /** In place of what the seed draws. */
  readonly conditions?: Partial<Conditions>;
  /** Of what the seed would let happen only these, by name; absent: all. */
  readonly events?: readonly string[];
}
