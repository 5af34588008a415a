import type { Conditions } from './conditions.ts';
import type { Recipe } from './recipe.ts';
import { type Outcome, simulate } from './simulation.ts';

type Run = (recipe: Recipe) => Outcome;

const recorded: Run = (recipe) => simulate(recipe, { record: true });

/** What makes a run calmer without changing what it draws. */
const CALMER: readonly Partial<Conditions>[] = [
  { dropped: 0 },
  { doubled: 0 },
  { late: 0 },
  { trimmed: 0 },
  { slow_fsyncs: 0 },
  { clock_drift: 0 },
  { hunted_leaders: 0 },
  { snapshot_pace_us: 0 },
  { real_log: false },
  { leases: false },
];

const marginUs = 1_000_000;

/**
 * The shortest recipe that could be found for the same violation: cut at the violation, with the fewest
 * events (ddmin: chunks of the list are left out, ever smaller ones), under the calmest conditions.
 * @param maxRuns after so many it is content with what it has
 */
export function shrink(
  recipe: Recipe,
  maxRuns: number,
  run: Run = recorded,
): { recipe: Recipe; outcome: Outcome } {
  const search = new Search(recipe, maxRuns, run);
  const { at } = search.outcome;
  search.tryConditions({ rage_us: at });
  search.tryConditions({ rage_us: at + marginUs });
  search.leaveOut();
  for (const conditions of CALMER) search.tryConditions(conditions);
  search.leaveOut();
  return { recipe: search.recipe, outcome: search.outcome };
}

class Search {
  recipe: Recipe;
  outcome: Outcome;
  readonly #invariant: string;
  readonly #run: Run;
  #left: number;

  constructor(recipe: Recipe, maxRuns: number, run: Run) {
    this.#run = run;
    this.outcome = run(recipe);
    this.#invariant = this.outcome.violation?.invariant ?? '';
    this.recipe = { ...recipe, events: this.outcome.script.map(({ name }) => name) };
    this.#left = maxRuns;
  }

  tryConditions(conditions: Partial<Conditions>): void {
    this.#try({ ...this.recipe, conditions: { ...this.recipe.conditions, ...conditions } });
  }

  leaveOut(): void {
    const count = () => this.recipe.events?.length ?? 0;
    for (
      let size = Math.ceil(count() / 2);
      size >= 1;
      size = size === 1 ? 0 : Math.ceil(size / 2)
    ) {
      for (let from = 0; from < count(); ) {
        const events = this.recipe.events ?? [];
        const rest = [...events.slice(0, from), ...events.slice(from + size)];
        if (!this.#try({ ...this.recipe, events: rest })) from += size;
      }
    }
  }

  /** Keeps it if it fails in the same way; what did not happen in it is struck from its list. */
  #try(recipe: Recipe): boolean {
    if (this.#left <= 0) return false;
    this.#left -= 1;
    const outcome = this.#run(recipe);
    if (outcome.violation?.invariant !== this.#invariant) return false;
    this.recipe = { ...recipe, events: outcome.script.map(({ name }) => name) };
    this.outcome = outcome;
    return true;
  }
}
