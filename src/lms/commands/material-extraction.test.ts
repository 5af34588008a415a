import t from 'tap';
import { claimableJobs } from '../queries/extraction-jobs.ts';

import { getMaterial } from '../queries/materials.ts';
import { countPassages } from '../queries/passages.ts';
import { actorOf, PEOPLE, type TestCourse } from '../test-course.ts';
import {
  CLAIM,
  courseForMaterials,
  courseWithClaim,
  courseWithMaterial,
  FILE,
  FINISH,
  PAGES,
  page,
  pagesOf,
  passagesFound,
  WHOLE_COURSE,
} from '../test-materials.ts';

const textOf = (machine: TestCourse) => pagesOf(machine, 1, 99).items.map((one) => one.text);

t.test('a material is there at once, and its text when it was read', (t) => {
  const machine = courseForMaterials();
  machine.must(PEOPLE.instructor, 'UPLOAD_MATERIAL', { ...FILE, topic: 'cells' });
  t.match(machine.lastEvents(), [{ type: 'material.added', course_id: 'crs_1' }]);
  t.equal(machine.lastTarget(), 'mat_1');
  t.match(getMaterial(machine.reader, actorOf('student'), 'mat_1'), {
    title: 'Cells',
    topic: 'cells',
    file: { id: 'fil_ann', filename: 'fil_ann.txt' },
    text_md: null,
    extraction: { state: 'queued', reason: null, page_count: null, pages_read: 0, flags: [] },
    version: 1,
  });
  machine.must(null, 'CLAIM_EXTRACTION', { ...CLAIM, pages_read: 1, page_count: 2 });
  machine.must(null, 'STORE_MATERIAL_PAGES', PAGES);
  t.match(getMaterial(machine.reader, actorOf('student'), 'mat_1').extraction, {
    state: 'extracting',
    page_count: 2,
    pages_read: 1,
  });
  t.same(passagesFound(machine), [], 'not found before the end');
  machine.must(null, 'FINISH_EXTRACTION', FINISH);
  t.match(machine.lastEvents(), [{ type: 'material.indexed', course_id: 'crs_1' }]);
  t.same(passagesFound(machine), [['mat_1', 1]]);
  t.match(getMaterial(machine.reader, actorOf('student'), 'mat_1').extraction, {
    state: 'indexed',
    page_count: 2,
    pages_read: 2,
    flags: [{ code: 'page_without_text', pages: [2] }],
  });
  machine.close();
  t.end();
});

t.test('what a job leaves behind when it fails: a reason, and no text', (t) => {
  const machine = courseWithClaim();
  machine.must(null, 'STORE_MATERIAL_PAGES', PAGES);
  const failed = { ...FINISH, state: 'failed', reason: 'Too large.', flags: [] };
  machine.must(null, 'FINISH_EXTRACTION', failed);
  t.match(machine.lastEvents(), [{ type: 'material.not_indexed' }]);
  t.same(textOf(machine), []);
  t.match(getMaterial(machine.reader, actorOf('ta'), 'mat_1').extraction, {
    state: 'failed',
    reason: 'Too large.',
  });
  machine.close();
  t.end();
});

t.test('another node takes over when the lease is over, and pages are stored once', (t) => {
  const machine = courseWithClaim();
  const other = { ...CLAIM, node_id: 'n2', claim_id: 'run_2' };
  machine.must(null, 'STORE_MATERIAL_PAGES', { ...PAGES, pages: [page(1), page(9)] });
  machine.now += 14_999;
  t.equal(machine.code(null, 'CLAIM_EXTRACTION', other), 'conflict');
  machine.must(null, 'CLAIM_EXTRACTION', CLAIM);
  machine.now += 15_000;
  machine.must(null, 'CLAIM_EXTRACTION', other);
  t.equal(machine.code(null, 'STORE_MATERIAL_PAGES', PAGES), 'conflict', 'the dead one came back');
  t.equal(machine.code(null, 'FINISH_EXTRACTION', FINISH), 'conflict');
  const pages = { ...PAGES, claim_id: 'run_2', pages: [page(1), page(2), page(3)] };
  machine.must(null, 'STORE_MATERIAL_PAGES', pages);
  machine.must(null, 'STORE_MATERIAL_PAGES', pages);
  machine.must(null, 'FINISH_EXTRACTION', { ...FINISH, claim_id: 'run_2' });
  t.same(passagesFound(machine).sort(), [
    ['mat_1', 1],
    ['mat_1', 2],
    ['mat_1', 3],
  ]);
  t.equal(countPassages(machine.reader, WHOLE_COURSE, null), 3);
  machine.close();
  t.end();
});

t.test('a material that kills three runs is given up', (t) => {
  const machine = courseWithMaterial();
  for (const run of [1, 2, 3]) {
    t.same(machine.must(null, 'CLAIM_EXTRACTION', { ...CLAIM, claim_id: `run_${run}` }), {
      granted: true,
    });
  }
  t.same(machine.must(null, 'CLAIM_EXTRACTION', { ...CLAIM, claim_id: 'run_4' }), {
    granted: false,
  });
  t.match(getMaterial(machine.reader, actorOf('ta'), 'mat_1').extraction, {
    state: 'failed',
    reason: /interrupted 3 times/,
  });
  machine.close();
  t.end();
});

t.test('jobs: queued ones, own ones, and those whose lease is over; oldest first', (t) => {
  const machine = courseWithMaterial();
  const jobs = (node: string, now = machine.now) =>
    claimableJobs(machine.reader, node, now, 9).map((job) => job.material_id);
  t.same(jobs('n1'), ['mat_1', 'mat_old', 'mat_x']);
  machine.must(null, 'CLAIM_EXTRACTION', CLAIM);
  t.same(jobs('n2'), ['mat_old', 'mat_x']);
  t.same(jobs('n1'), ['mat_1', 'mat_old', 'mat_x'], 'after a restart');
  t.same(jobs('n2', machine.now + 15_000), ['mat_1', 'mat_old', 'mat_x']);
  machine.must(PEOPLE.instructor, 'UPLOAD_MATERIAL', { ...FILE, material_id: 'mat_2' });
  t.match(claimableJobs(machine.reader, 'n2', machine.now, 9), [
    {
      material_id: 'mat_2',
      text_md: null,
      queued_since: machine.now,
      file: { sha256: 'fil_ann'.padStart(64, '0'), size_bytes: 3, filename: 'fil_ann.txt' },
    },
    { material_id: 'mat_old', text_md: '# Cells', file: null },
    { material_id: 'mat_x' },
  ]);
  machine.must(PEOPLE.instructor, 'DELETE_MATERIAL', { material_id: 'mat_2' });
  machine.must(null, 'FINISH_EXTRACTION', FINISH);
  t.same(jobs('n1'), ['mat_old', 'mat_x']);
  machine.close();
  t.end();
});
