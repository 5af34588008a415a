import yargs, { type Argv } from 'yargs';
import { hideBin } from 'yargs/helpers';
import { OperatorError } from './operator-error.ts';

/**
 * Runs a command line program: what the operator can mend is one line on stderr and exit code 1;
 * anything else is a fault of the program and keeps its stack, exit code 70 (sysexits.h).
 */
export async function runProgram(
  name: string,
  define: (program: Argv) => Argv,
  argv: readonly string[] = hideBin(process.argv),
): Promise<void> {
  const program = define(yargs([...argv]))
    .scriptName(name)
    .strict()
    .version(false)
    .help()
    .exitProcess(false)
    .fail((message, error) => {
      throw error ?? new OperatorError(`${message}: see ${name} --help`);
    });
  try {
    await program.parseAsync();
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
