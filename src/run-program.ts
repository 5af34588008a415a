import yargs, { type Argv } from 'yargs';
import { hideBin } from 'yargs/helpers';
import { OperatorError } from './operator-error.ts';
import { reportFailure } from './report-failure.ts';

/** Runs a command line program with commands, to its end, see `reportFailure`. */
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
  await reportFailure(name, () => Promise.resolve(program.parseAsync()));
}
