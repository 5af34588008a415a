import { OperatorError } from './operator-error.ts';

/**
 * Runs a program: what the operator can mend is one line on stderr and exit code 1; anything else is
 * a fault of the program and keeps its stack, exit code 70 (sysexits.h). Never rejects.
 */
export async function reportFailure(name: string, run: () => Promise<unknown>): Promise<void> {
  try {
    await run();
  } catch (error) {
    if (error instanceof OperatorError) {
      process.stderr.write(`${name}: ${error.message}\n`);
      process.exitCode = 1;
    } else {
      process.stderr.write(`${name}: a fault of this program:\n${describe(error)}\n`);
      process.exitCode = 70;
    }
  }
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
