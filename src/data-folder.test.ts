import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { nodeIdOf, openDataFolder } from './data-folder.ts';

const N1 = { cluster_id: 'c1', node_id: 'n1' };
const BEGINNING = {
  first_members: [{ id: 'n1', raft: '127.0.0.1:9001', api: 'http://127.0.0.1:8001' }],
  join_index: 0,
};

function refusal(folder: string, identity = N1): string {
  try {
    openDataFolder(folder, identity).release();
  } catch (error) {
    const { name, message } = error as Error;
    return `${name}: ${message}`;
  }
  throw new Error('the folder was opened');
}

t.test('a new folder gets its identity once, and opens again', (t) => {
  const path = join(t.testdir(), 'data', 'n1');
  const first = openDataFolder(path, N1);
  t.equal(first.has_identity, false);
  first.writeIdentity(BEGINNING);
  first.release();
  const text = readFileSync(join(path, 'node.json'), 'utf8');

  const again = openDataFolder(path, N1);
  t.equal(again.has_identity, true);
  again.writeIdentity(BEGINNING);
  again.release();
  t.equal(readFileSync(join(path, 'node.json'), 'utf8'), text);
  t.equal(nodeIdOf(path), 'n1');
  t.equal(nodeIdOf(t.testdir()), null);
  t.end();
});

t.test('what the log began with stays so, whatever a later start says', (t) => {
  const path = t.testdir();
  const first = openDataFolder(path, N1);
  t.match(first.writeIdentity(BEGINNING), BEGINNING);
  first.release();
  const again = openDataFolder(path, N1);
  t.match(again.writeIdentity({ first_members: [], join_index: 7 }), BEGINNING);
  again.release();
  t.end();
});

t.test('a folder is told from all others, those of the same node before it too', (t) => {
  const path = t.testdir();
  const first = openDataFolder(join(path, 'a'), N1);
  first.writeIdentity(BEGINNING);
  first.release();
  const again = openDataFolder(join(path, 'a'), N1);
  t.equal(again.directory_id, first.directory_id);
  again.release();
  const other = openDataFolder(join(path, 'b'), N1);
  t.not(other.directory_id, first.directory_id);
  other.release();
  t.end();
});

t.test('a folder of the format before gets its directory id, and keeps the rest', (t) => {
  const before = {
    format: 2,
    created_at: '2026-01-02T03:04:05.000Z',
    ...N1,
    ...BEGINNING,
  };
  const path = t.testdir({ 'node.json': JSON.stringify(before) });
  const folder = openDataFolder(path, N1);
  t.match(folder.writeIdentity({ first_members: [], join_index: 7 }), BEGINNING);
  folder.release();
  const written = JSON.parse(readFileSync(join(path, 'node.json'), 'utf8'));
  t.strictSame(written, { ...before, format: 3, directory_id: folder.directory_id });
  const again = openDataFolder(path, N1);
  t.equal(again.directory_id, folder.directory_id);
  again.release();
  t.end();
});

t.test('a start that died before it wrote node.json is a first start again', (t) => {
  const path = t.testdir({ wal: { '0000000001.log': 'x' }, 'node.json.tmp': '{' });
  openDataFolder(path, N1).release();
  const folder = openDataFolder(path, N1);
  t.equal(folder.has_identity, false);
  folder.release();
  t.end();
});

t.test('the data of others are refused and left alone', (t) => {
  const path = t.testdir();
  const folder = openDataFolder(path, N1);
  folder.writeIdentity(BEGINNING);
  folder.release();
  const before = readdirSync(path);
  t.match(
    refusal(path, { cluster_id: 'c2', node_id: 'n1' }),
    /OperatorError: .*holds data of cluster c1, and cluster\.json is of c2: use/,
  );
  t.match(
    refusal(path, { cluster_id: 'c1', node_id: 'n2' }),
    /OperatorError: .*holds the data of node n1: start with --id n1/,
  );
  t.same(readdirSync(path), before);
  t.end();
});

t.test('a folder with other things in it is refused and not even locked', (t) => {
  const path = t.testdir({ 'thesis.docx': 'years of work' });
  t.match(refusal(path), /OperatorError: .*no data folder of a node: it holds "thesis\.docx"/);
  t.same(readdirSync(path), ['thesis.docx']);
  t.end();
});

t.test('a damaged node.json is refused and not mended', (t) => {
  for (const text of ['', '{"format": 1', '{"format": 2}', 'null']) {
    const path = t.testdir({ 'node.json': text, wal: {} });
    t.match(refusal(path), /OperatorError: .*node\.json is damaged/, text);
    t.equal(readFileSync(join(path, 'node.json'), 'utf8'), text);
  }
  t.end();
});

t.test('one process per folder', (t) => {
  const path = t.testdir();
  const folder = openDataFolder(path, N1);
  t.match(refusal(path), /OperatorError: .*is in use by another process.*--data/);
  folder.release();
  openDataFolder(path, N1).release();
  t.end();
});

t.test('a place that cannot be a folder', (t) => {
  const path = t.testdir({ file: '' });
  t.match(refusal(join(path, 'file')), /OperatorError: .*cannot be used as a data folder/);
  t.match(refusal(join(path, 'file', 'n1')), /OperatorError: .*cannot be used as a data folder/);
  writeFileSync(join(path, 'file'), 'still a file');
  t.notOk(existsSync(join(path, 'lock.db')));
  t.end();
});
