import { parseArgs } from 'node:util';
import { OperatorError } from './operator-error.ts';

export interface NodeArguments {
  readonly config: string | undefined;
  readonly id: string | undefined;
  readonly join: string | undefined;
  readonly data: string;
}

const HELP = `lms-node --data FOLDER [--config FILE --id ID | --join FILE]

Run one node of a Quorum LMS cluster

Options:
  --help    Show help
  --config  cluster.json; pki/ is beside it
  --id      Which of its nodes this is
  --join    First start of a new node: what 'add-node' made
  --data    Folder of this node, on local disk; a node that joined needs
            nothing else (required)
`;

/**
 * The arguments of `lms-node`; `null` when it was asked for help, and has given it. Node's own parser
 * does for a program without commands: yargs, which the other programs use, takes as long to load as
 * a tenth of a node. Throws `OperatorError`.
 */
export function readNodeArguments(argv: readonly string[]): NodeArguments | null {
  const { help, data, config, id, join } = parse(argv);
  if (help === true) {
    process.stdout.write(HELP);
    return null;
  }
  if (data === undefined) throw wrong('--data is missing');
  return { config, id, join, data };
}

function parse(argv: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        help: { type: 'boolean' },
        config: { type: 'string' },
        id: { type: 'string' },
        join: { type: 'string' },
        data: { type: 'string' },
      },
    });
    return values;
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    if (!code.startsWith('ERR_PARSE_ARGS_')) throw error;
    // Some of its texts are of several lines, the first of which says it.
    throw wrong(message.split(/\.?\n/, 1)[0] ?? message);
  }
}

function wrong(what: string): OperatorError {
  return new OperatorError(`${what}: see lms-node --help`);
}
