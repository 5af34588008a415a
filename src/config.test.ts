import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { loadClusterFile, loadClusterTemplate, nodeOf } from './config.ts';
import { OperatorError } from './operator-error.ts';

const template = loadClusterTemplate();
const good = { cluster_id: 'c1', ...template };
const [n1, n2] = template.nodes as [(typeof template.nodes)[0], (typeof template.nodes)[0]];

function write(test: Test, content: unknown): string {
  const path = join(test.testdir(), 'cluster.json');
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

t.test('the template, with an identity, is a good cluster.json', (t) => {
  const path = write(t, good);
  const file = loadClusterFile(path);
  t.match(file, good);
  t.equal(file.pki_folder, join(t.testdirName, 'pki'));
  t.equal(nodeOf(file, path, 'n2').api, 'http://127.0.0.1:8002');
  t.end();
});

t.test('settings that are left out have the defaults that the template shows', (t) => {
  const { pki_folder: _, ...file } = loadClusterFile(
    write(t, { cluster_id: 'c1', nodes: template.nodes }),
  );
  t.same(file, good);
  t.end();
});

t.test('every mistake is one line: the file, the field, what to write', (t) => {
  const mistakes: [string, unknown, RegExp][] = [
    ['no JSON', '{"nodes": [', /is not JSON: .*Correct it there/],
    ['the template', template, /has no cluster_id: it is the template.*lms-admin init/],
    ['no object', [], /must be an object/],
    ['unknown field', { ...good, tming: {} }, /unknown field "tming"/],
    [
      'unknown field inside',
      { ...good, timing: { beat: 1 } },
      /timing has the unknown field "beat"/,
    ],
    ['wrong type', { ...good, timing: { heartbeat_ms: '100' } }, /timing\.heartbeat_ms is "100"/],
    ['missing', { cluster_id: 'c1' }, /nodes is missing: it must be an array/],
    ['no nodes', { ...good, nodes: [] }, /nodes is empty/],
    [
      'bad cluster id',
      { ...good, cluster_id: 'a b' },
      /cluster_id .*cannot stand in a certificate/,
    ],
    ['no backup', { ...good, restored_from: 'last' }, /restored_from must be the SHA-256/],
    ['bad node id', { ...good, nodes: [{ ...n1, id: 'N 1' }] }, /nodes\[0\]\.id .*cannot stand/],
    ['bad Raft address', { ...good, nodes: [{ ...n1, raft: '9001' }] }, /raft must be "host:port"/],
    ['port 0', { ...good, nodes: [{ ...n1, raft: 'a:0' }] }, /raft must be "host:port"/],
    ['path in API', { ...good, nodes: [{ ...n1, api: 'http://a:1/v1' }] }, /api must be "http:/],
    ['same id', { ...good, nodes: [n1, { ...n2, id: 'n1' }] }, /nodes\[1\]\.id is "n1", which/],
    ['same port', { ...good, nodes: [n1, { ...n2, raft: '127.0.0.1:8001' }] }, /nodes\[0\]\.api/],
    ['hasty', { ...good, timing: { heartbeat_ms: 300 } }, /below 5 × heartbeat_ms.*set it to 1500/],
    [
      'no spread',
      { ...good, timing: { election_timeout_max_ms: 1000 } },
      /not above election_timeout_min_ms/,
    ],
    ['no choice', { ...good, write_forwarding: 'maybe' }, /one of "forward", "redirect"/],
    ['no origin', { ...good, cors_origins: ['a.org'] }, /cors_origins\[0\] must be an origin/],
  ];
  for (const [name, content, message] of mistakes) {
    const path = write(t, content);
    const error = caught(() => loadClusterFile(path));
    t.type(error, OperatorError, name);
    t.match(error.message, message, name);
    t.ok(error.message.startsWith(path), `${name}: names the file`);
    t.notMatch(error.message, '\n', `${name}: one line`);
  }
  t.match(caught(() => loadClusterFile('/nowhere/c.json')).message, /no such file.*lms-admin init/);
  const path = write(t, good);
  t.match(
    caught(() => nodeOf(loadClusterFile(path), path, 'n9')).message,
    /no node "n9": start with --id and one of n1, n2, n3/,
  );
  t.end();
});

function caught(run: () => unknown): Error {
  try {
    run();
  } catch (error) {
    return error as Error;
  }
  throw new Error('nothing was thrown');
}
