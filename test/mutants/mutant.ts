/** A classic bug as a textual patch of a file, named as from `src/raft`; only a copy is ever patched. */
export interface Mutant {
  readonly name: string;
  readonly file: string;
  /** Each `from` occurs exactly once in the file. */
  readonly edits: readonly (readonly [from: string, to: string])[];
  /** Safe after all: only tests of single functions may notice, the simulator must not. */
  readonly harmless?: boolean;
}

/** The patched text. Throws when the patch does not fit any more. */
export function mutate({ name, file, edits }: Mutant, text: string): string {
  return edits.reduce((patched, [from, to]) => {
    const parts = patched.split(from);
    if (parts.length !== 2) {
      throw new Error(`Mutant "${name}" does not fit ${file}: ${parts.length - 1} times: ${from}`);
    }
    return parts.join(to);
  }, text);
}
