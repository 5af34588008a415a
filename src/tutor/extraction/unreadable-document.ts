/** The document, not the program, is at fault: expected, and told to whoever uploaded it. */
export class UnreadableDocument extends Error {
  override readonly name = 'UnreadableDocument';
  readonly state: 'password_needed' | 'rejected' | 'failed';

  /** @param reason one sentence for the instructor: what, why, and what to do. */
  constructor(state: 'password_needed' | 'rejected' | 'failed', reason: string) {
    super(reason);
    this.state = state;
  }
}
