/**
 * An expected failure that whoever runs the program can mend: one line that says what, why and how
 * to fix it. Programs print it without a stack and exit with a code other than 0.
 */
export class OperatorError extends Error {
  override readonly name = 'OperatorError';
}
