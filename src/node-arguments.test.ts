import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { readNodeArguments } from './node-arguments.ts';

const PROGRAM = fileURLToPath(new URL('./lms-node.ts', import.meta.url));

t.test('the arguments of a node', (t) => {
  const none = { config: undefined, id: undefined, join: undefined };
  t.same(readNodeArguments(['--data', 'd']), { ...none, data: 'd' });
  t.same(readNodeArguments(['--join=j', '--data=d']), { ...none, join: 'j', data: 'd' });
  t.same(readNodeArguments(['--id', '1', '--data', 'd', '--config', 'c']), {
    ...none,
    config: 'c',
    id: '1',
    data: 'd',
  });
  t.end();
});

t.test('wrong ones are refused in one line', (t) => {
  for (const [argv, message] of [
    [['--id', 'n1'], '--data is missing: see lms-node --help'],
    [['--frobnicate'], "Unknown option '--frobnicate': see lms-node --help"],
    [['--data', 'd', 'n1'], /^Unexpected argument 'n1'\. [^\n]+: see lms-node --help$/],
    [['--data'], "Option '--data <value>' argument missing: see lms-node --help"],
    [['--data', '--id', 'n1'], "Option '--data' argument is ambiguous: see lms-node --help"],
  ] as const) {
    t.throws(() => readNodeArguments(argv), { name: 'OperatorError', message }, argv.join(' '));
  }
  t.end();
});

t.test('help is given, whatever else is there, and no node is started', (t) => {
  const args = [PROGRAM, '--data', 'd', '--help'];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  t.match(stdout, /Run one node of a Quorum LMS cluster[\s\S]*--data +Folder of this node/);
  t.equal(stderr, '');
  t.equal(status, 0);
  t.end();
});
