import t from 'tap';
import { openUniversity } from '../../bench/scale/open-university.ts';
import { runRush } from '../../bench/scale/rush.ts';

/** The rush of `npm run bench:scale` in small: before a deadline, with the leader killed on the way. */
t.setTimeout(120_000);

const students = 200;
const size = {
  users: students + 2,
  courses: 2,
  students_per_course: 2,
  assignments_per_course: 1,
  handed_in: 1,
  large_students: 2,
  large_assignments: 1,
  rush_students: students,
};

t.test('all hand in while the leader dies: none lost, none twice, none late', async (t) => {
  const { cluster, landmarks } = await openUniversity(t, size, undefined);
  await cluster.startAll();
  const [before] = await cluster.settled();
  const rush = await runRush(cluster, landmarks.rush, { seconds: 6, kill_before_ms: 2_000 });
  t.match(rush, {
    students,
    writes: 2 * students,
    refused: 0,
    lost: 0,
    twice: 0,
    late: 0,
    without_receipt: 0,
    nodes_checked: 3,
  });
  const replicas = await cluster.settled();
  t.equal(new Set(replicas.map((one) => one.chain_hash)).size, 1, 'one history');
  t.ok(
    replicas.every(({ term }) => term > (before?.term ?? 0)),
    'there was another leader',
  );
});
