/** A person, as other resources show them. */
export interface Person {
  readonly id: string;
  readonly display_name: string;
}
