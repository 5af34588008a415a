import t, { type Test } from 'tap';
import { pdfOfContents, textContent } from '../../test/fixtures/hostile-pdf.ts';
import { listMaterialPages } from '../lms/queries/material-pages.ts';
import { getMaterial } from '../lms/queries/materials.ts';
import { searchPassages } from '../lms/queries/passages.ts';
import { actorOf, PEOPLE, TestCourse } from '../lms/test-course.ts';
import { ExtractionJobs, type ExtractionJobsOptions } from './extraction-jobs.ts';
import type { SubmitSystemCommand } from './extraction-run.ts';

const silent = { info: () => undefined, warn: () => undefined };

function school(t: Test): TestCourse {
  const machine = new TestCourse();
  t.teardown(() => machine.close());
  return machine;
}

function upload(machine: TestCourse, id: string, text_md: string): void {
  const note = { material_id: id, course_id: 'crs_1', title: 'Note', topic: null, text_md };
  machine.must(PEOPLE.instructor, 'UPLOAD_MATERIAL', note);
}

function uploadFile(machine: TestCourse, id: string, size_bytes: number, filename: string): void {
  machine.must(PEOPLE.instructor, 'CREATE_FILE', {
    file_id: `fil_${id}`,
    sha256: 'a'.repeat(64),
    size_bytes,
    media_type: 'application/pdf',
    filename,
  });
  machine.must(PEOPLE.instructor, 'UPLOAD_MATERIAL', {
    material_id: id,
    course_id: 'crs_1',
    title: filename,
    topic: null,
    file_id: `fil_${id}`,
  });
}

function submitTo(machine: TestCourse): SubmitSystemCommand {
  return (kind, payload) => Promise.resolve(machine.apply(null, kind, payload));
}

function jobsOf(
  t: Test,
  machine: TestCourse,
  nodeId: string,
  options: Partial<ExtractionJobsOptions> = {},
): ExtractionJobs {
  const jobs = new ExtractionJobs({
    reader: machine.reader,
    nodeId,
    submit: submitTo(machine),
    readFile: () => Promise.reject(new Error('no file here')),
    logger: silent,
    now: () => machine.now,
    ...options,
  });
  t.teardown(() => jobs.stop());
  return jobs;
}

const stateOf = (machine: TestCourse, id: string) =>
  getMaterial(machine.reader, actorOf('ta'), id).extraction;

function pagesOf(machine: TestCourse) {
  const page = { limit: 9, after: null };
  return listMaterialPages(machine.reader, actorOf('ta'), 'mat_1', { from: 1, to: 9 }, page).items;
}

t.test('a text becomes pages that are found', async (t) => {
  const machine = school(t);
  upload(machine, 'mat_1', '# Osmosis\n\nWater passes.\n\n# Light\n\nIt shines.');
  const jobs = jobsOf(t, machine, 'n1');
  jobs.uploaded('mat_1');
  await jobs.look();
  t.match(stateOf(machine, 'mat_1'), { state: 'indexed', page_count: 2, pages_read: 2 });
  t.match(pagesOf(machine), [
    { page: 1, section: 'Osmosis' },
    { page: 2, section: /Light/, text: /It shines/ },
  ]);
  const scope = { course_id: 'crs_1', material_ids: null };
  t.match(searchPassages(machine.reader, scope, '"shines"', 9), [{ page: 2 }]);
});

t.test('a file is read from the store; what it is decides the end', async (t) => {
  const machine = school(t);
  const pdf = pdfOfContents([textContent(['Membranes let water through.'])]);
  const files = new Map<number, Uint8Array>([
    [pdf.length, pdf],
    [20, pdf.slice(0, 20)],
  ]);
  uploadFile(machine, 'mat_1', pdf.length, 'good.pdf');
  uploadFile(machine, 'mat_2', 20, 'cut.pdf');
  uploadFile(machine, 'mat_3', 31 * 1024 * 1024, 'large.pdf');
  uploadFile(machine, 'mat_4', 0, 'empty.pdf');
  const asked: number[] = [];
  const jobs = jobsOf(t, machine, 'n1', {
    readFile: ({ size_bytes }) => {
      asked.push(size_bytes);
      return Promise.resolve(files.get(size_bytes) ?? new Uint8Array());
    },
  });
  machine.now += 5_000;
  await jobs.look();
  t.match(stateOf(machine, 'mat_1'), { state: 'indexed', page_count: 1 });
  t.match(stateOf(machine, 'mat_2'), { state: 'failed', reason: /damaged/ });
  t.match(stateOf(machine, 'mat_3'), { state: 'rejected', reason: /31 MB/ });
  t.match(stateOf(machine, 'mat_4'), { state: 'rejected', reason: /empty/ });
  t.same(asked, [pdf.length, 20], 'the large and the empty one were not even read');
});

t.test('another node helps after a while, and when a lease is over', async (t) => {
  const machine = school(t);
  upload(machine, 'mat_1', 'Water passes.');
  const jobs = jobsOf(t, machine, 'n2');
  machine.now += 2_999;
  await jobs.look();
  t.equal(stateOf(machine, 'mat_1').state, 'queued', 'the node that took it comes first');
  machine.must(null, 'CLAIM_EXTRACTION', {
    material_id: 'mat_1',
    node_id: 'n1',
    claim_id: 'dead',
    pages_read: 0,
    page_count: null,
  });
  machine.must(null, 'STORE_MATERIAL_PAGES', {
    material_id: 'mat_1',
    claim_id: 'dead',
    pages: [{ page: 1, page_label: null, section: null, text: 'half', chunks: [[0, 4]] }],
  });
  machine.now += 14_999;
  await jobs.look();
  t.equal(stateOf(machine, 'mat_1').state, 'extracting');
  machine.now += 1;
  await jobs.look();
  t.equal(stateOf(machine, 'mat_1').state, 'indexed');
  t.match(pagesOf(machine), [{ page: 1, text: 'Water passes.' }]);
});

t.test('after a restart a node goes on with its own job at once', async (t) => {
  const machine = school(t);
  upload(machine, 'mat_1', 'Water passes.');
  machine.must(null, 'CLAIM_EXTRACTION', {
    material_id: 'mat_1',
    node_id: 'n1',
    claim_id: 'before',
    pages_read: 0,
    page_count: null,
  });
  await jobsOf(t, machine, 'n1').look();
  t.equal(stateOf(machine, 'mat_1').state, 'indexed');
});

t.test('two nodes at once: one reads, the other is refused', async (t) => {
  const machine = school(t);
  upload(machine, 'mat_1', 'Water passes.');
  machine.now += 5_000;
  await Promise.all([jobsOf(t, machine, 'n1').look(), jobsOf(t, machine, 'n2').look()]);
  t.equal(stateOf(machine, 'mat_1').state, 'indexed');
  t.match(machine.reader.get("SELECT claims FROM materials WHERE id = 'mat_1'"), { claims: 1 });
});

t.test('a file that nobody has now is asked for later, and holds nobody up', async (t) => {
  const machine = school(t);
  uploadFile(machine, 'mat_1', 100, 'away.txt');
  upload(machine, 'mat_2', 'Water passes.');
  let isAway = true;
  let asked = 0;
  const jobs = jobsOf(t, machine, 'n1', {
    readFile: () => {
      asked += 1;
      return isAway ? Promise.reject(new Error('away')) : Promise.resolve(Buffer.from('Here.'));
    },
  });
  machine.now += 5_000;
  await jobs.look();
  t.equal(stateOf(machine, 'mat_1').state, 'queued', 'not claimed without its bytes');
  t.equal(stateOf(machine, 'mat_2').state, 'indexed');
  isAway = false;
  await jobs.look();
  t.equal(asked, 1);
  machine.now += 10_000;
  await jobs.look();
  t.equal(stateOf(machine, 'mat_1').state, 'indexed');
});

t.test('without a majority the run waits, and goes on', async (t) => {
  const machine = school(t);
  upload(machine, 'mat_1', 'Water passes.');
  const sent: string[] = [];
  const jobs = jobsOf(t, machine, 'n1', {
    submit: (kind, payload) => {
      sent.push(kind);
      if (sent.length === 2) return Promise.reject(new Error('no quorum'));
      return submitTo(machine)(kind, payload);
    },
  });
  jobs.uploaded('mat_1');
  await jobs.look();
  t.same(sent, [
    'CLAIM_EXTRACTION',
    'STORE_MATERIAL_PAGES',
    'STORE_MATERIAL_PAGES',
    'FINISH_EXTRACTION',
  ]);
  t.equal(stateOf(machine, 'mat_1').state, 'indexed');
});

t.test('a material that is deleted while it is read ends the run', async (t) => {
  const machine = school(t);
  upload(machine, 'mat_1', 'Water passes.');
  const sent: string[] = [];
  const jobs = jobsOf(t, machine, 'n1', {
    submit: async (kind, payload) => {
      const result = await submitTo(machine)(kind, payload);
      sent.push(kind);
      if (sent.length === 1) {
        machine.must(PEOPLE.instructor, 'DELETE_MATERIAL', { material_id: 'mat_1' });
      }
      return result;
    },
  });
  jobs.uploaded('mat_1');
  await jobs.look();
  t.same(sent, ['CLAIM_EXTRACTION', 'STORE_MATERIAL_PAGES']);
});

t.test('stopping ends the run that is going on, and leaves the job to others', async (t) => {
  const machine = school(t);
  upload(machine, 'mat_1', 'Water passes.');
  const { promise: claimed, resolve } = Promise.withResolvers<void>();
  const jobs = jobsOf(t, machine, 'n1', {
    submit: async (kind, payload) => {
      const result = await submitTo(machine)(kind, payload);
      resolve();
      return result;
    },
  });
  jobs.uploaded('mat_1');
  await claimed;
  await jobs.stop();
  t.equal(stateOf(machine, 'mat_1').state, 'extracting');
  await jobs.look();
  t.equal(stateOf(machine, 'mat_1').state, 'extracting');
});
