import t from 'tap';
import type { ClusterFile } from './cluster-file.ts';
import { beginningOf, whereFirstMembersAre } from './first-members.ts';

const n1 = { id: 'n1', raft: '10.0.0.1:9001', api: 'http://10.0.0.1:8001' };
const n2 = { id: 'n2', raft: '10.0.0.2:9001', api: 'http://10.0.0.2:8001' };
const moved = { id: 'n2', raft: '10.0.0.9:9001', api: 'http://10.0.0.9:8001' };
const n3 = { id: 'n3', raft: '10.0.0.3:9001', api: 'http://10.0.0.3:8001' };

function file(...nodes: (typeof n1)[]): ClusterFile {
  return { nodes } as unknown as ClusterFile;
}

t.test('a first start takes its members from the file, a node that joins none', (t) => {
  t.same(beginningOf(file(n1, n2), null), { first_members: [n1, n2], join_index: 0 });
  t.same(beginningOf(file(n1, n2), 7), { first_members: [], join_index: 7 });
  t.end();
});

t.test('before anything is in the log addresses may be put right, and nothing else', (t) => {
  const begun = { first_members: [n1, n2], join_index: 0 };
  t.same(whereFirstMembersAre(begun, file(n1, moved)).first_members, [n1, moved]);
  t.same(whereFirstMembersAre(begun, file(n1)).first_members, [n1, n2], 'nobody goes');
  t.same(whereFirstMembersAre(begun, file(n1, n2, n3)).first_members, [n1, n2], 'nobody comes');
  const joined = { first_members: [], join_index: 7 };
  t.same(whereFirstMembersAre(joined, file(n1, n2)), joined);
  t.end();
});
