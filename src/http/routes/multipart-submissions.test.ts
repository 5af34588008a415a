import { createHash } from 'node:crypto';
import t from 'tap';
import { NoBlobMajority } from '../../lms/blobs/majority-writer.ts';
import { ReadError } from '../../raft/errors.ts';
import { type CourseScene, courseScene, itemsOf } from '../testing-course.ts';

const MULTIPART = { 'Content-Type': 'multipart/form-data; boundary=b' };

function field(name: string, value: string): string {
  return `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
}

function file(filename: string, content: string): string {
  const disposition = `form-data; name="files"; filename="${filename}"`;
  return `--b\r\nContent-Disposition: ${disposition}\r\nContent-Type: text/plain\r\n\r\n${content}\r\n`;
}

const END = '--b--\r\n';
const WORK = field('text_md', 'Two files.') + file('a.txt', 'alpha') + file('b.txt', 'beta') + END;

interface HandedIn {
  readonly id: string;
  readonly attempt: {
    readonly number: number;
    readonly received_at: string;
    readonly files: { readonly id: string; readonly sha256: string }[];
  };
}

async function handIn(
  { as }: CourseScene,
  assignment: string,
  body: string,
  headers: Record<string, string> = {},
) {
  const target = `POST /v1/assignments/${assignment}/submissions`;
  const response = await as('student', target, body, { ...MULTIPART, ...headers });
  return { status: response.status, headers: response.headers, value: await response.json() };
}

/** Nothing on its way in, no attempt, no file. */
async function isUntouched(scene: CourseScene, assignment: string): Promise<boolean> {
  const list = await itemsOf(scene.as('ta', `GET /v1/assignments/${assignment}/submissions`));
  const files = scene.api.machine.reader.get<{ n: number }>('SELECT count(*) AS n FROM files');
  return list.length === 0 && files?.n === 0 && scene.api.blobs.staged.size === 0;
}

t.test('text and files come in one call and become one attempt', async (t) => {
  const scene = courseScene(t);
  const { status, value } = await handIn(scene, scene.assignment(), WORK);
  t.equal(status, 201);
  const { attempt } = value as HandedIn;
  const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
  t.match(attempt, {
    number: 1,
    text_md: 'Two files.',
    files: [
      { filename: 'a.txt', size_bytes: 5, sha256: sha256('alpha') },
      { filename: 'b.txt', size_bytes: 4, sha256: sha256('beta') },
    ],
  });
  t.equal(scene.api.blobs.kept.get(sha256('beta'))?.toString(), 'beta');
  for (const person of ['student', 'ta'] as const) {
    const content = await scene.as(person, `GET /v1/files/${attempt.files[1]?.id}/content`);
    t.equal(await content.text(), 'beta', person);
  }
  const peer = await scene.as('otherStudent', `GET /v1/files/${attempt.files[1]?.id}/content`);
  t.equal(peer.status, 404);
});

t.test('a file alone is an attempt, a text alone too', async (t) => {
  const scene = courseScene(t);
  const assignment = scene.assignment();
  const first = await handIn(scene, assignment, file('a.txt', 'alpha') + END);
  t.match(first.value, { attempt: { number: 1, text_md: null, files: [{}] } });
  const second = await handIn(scene, assignment, field('text_md', 'x') + END);
  t.match(second.value, { attempt: { number: 2, text_md: 'x' } });
});

t.test('the same key hands in once; other text or other bytes are another request', async (t) => {
  const scene = courseScene(t);
  const assignment = scene.assignment();
  const key = { 'Idempotency-Key': 'once' };
  const first = await handIn(scene, assignment, WORK, key);
  const again = await handIn(scene, assignment, WORK, key);
  t.equal(again.headers.get('Idempotency-Replayed'), 'true');
  t.same(again.value, first.value);
  for (const [from, to] of [
    ['Two', 'Both'],
    ['beta', 'zeta'],
    ['b.txt', 'c.txt'],
  ] as const) {
    const other = await handIn(scene, assignment, WORK.replace(from, to), key);
    t.match(other.value, { status: 422, code: 'idempotency_key_reused' }, to);
  }
});

t.test('it counts when the last byte has arrived', async (t) => {
  const scene = courseScene(t);
  const { app } = scene.api;
  let ended = 0;
  async function* slowly() {
    const bytes = new TextEncoder().encode(WORK);
    yield bytes.subarray(0, 30);
    const began = Date.now();
    while (Date.now() < began + 2) await new Promise(setImmediate);
    ended = Date.now();
    yield bytes.subarray(30);
  }
  const response = await app.request(`/v1/assignments/${scene.assignment()}/submissions`, {
    method: 'POST',
    headers: { ...MULTIPART, Authorization: `Bearer ${scene.people.student.token}` },
    body: ReadableStream.from(slowly()),
    duplex: 'half',
  });
  t.equal(response.status, 201);
  const { attempt } = (await response.json()) as HandedIn;
  t.ok(Date.parse(attempt.received_at) >= ended);
});

const BAD: readonly [string, string, number, string][] = [
  ['nothing', END, 422, 'invalid_value'],
  ['an empty file', file('a.txt', '') + END, 422, 'invalid_value'],
  ['a file too large', file('a.txt', 'x'.repeat(17)) + END, 413, 'payload_too_large'],
  ['a field of another', field('student_id', 'me') + END, 400, 'unknown_field'],
  [
    'a text with NUL',
    file('a.txt', 'alpha') + field('text_md', '\0') + END,
    400,
    'invalid_request',
  ],
  ['half a body', WORK.slice(0, -20), 400, 'invalid_request'],
  ['51 files', file('a.txt', 'x').repeat(51) + END, 400, 'invalid_request'],
];

t.test('bad input leaves nothing behind', async (t) => {
  const scene = courseScene(t, { max_file_bytes: 16 });
  const assignment = scene.assignment();
  for (const [name, body, status, code] of BAD) {
    const { value } = await handIn(scene, assignment, body);
    t.match(value, { status, code }, name);
    t.ok(await isUntouched(scene, assignment), name);
  }
});

t.test('the files of one request have the limit of one file together', async (t) => {
  const scene = courseScene(t, { max_file_bytes: 1024 * 1024 });
  const assignment = scene.assignment();
  const half = 'x'.repeat(512 * 1024);
  const twice = file('a.txt', half) + file('b.txt', half) + END;
  t.match(await handIn(scene, assignment, twice), { value: { attempt: { number: 1 } } });
  const work = file('a.txt', half).repeat(4) + END;
  const { value } = await handIn(scene, assignment, work);
  t.match(value, { status: 413, code: 'payload_too_large', max_bytes: 1024 * 1024 });
});

t.test('what a rule refuses leaves neither attempt nor file', async (t) => {
  const scene = courseScene(t);
  const closed = scene.assignment({ lock_at: 1 });
  t.match((await handIn(scene, closed, WORK)).value, { status: 422, code: 'closed' });
  t.ok(await isUntouched(scene, closed));
});

t.test(
  'files of who may not hand in are not taken in, and a repeat is still answered',
  async (t) => {
    const scene = courseScene(t);
    const assignment = scene.assignment();
    const key = { 'Idempotency-Key': 'essay' };
    t.equal((await handIn(scene, assignment, WORK, key)).status, 201);
    const kept = scene.api.blobs.kept.size;
    const closed = scene.assignment({ lock_at: 1 });
    const other = file('c.txt', 'gamma') + END;
    t.match(await handIn(scene, closed, other), { value: { code: 'closed' } });
    t.equal((await handIn(scene, 'asg_x', other)).status, 404);
    t.equal(scene.api.blobs.kept.size, kept);

    const now = { lock_at: '2026-01-01T00:00:00Z', due_at: null };
    const match = { 'If-Match': '"1"' };
    const patched = await scene.as('instructor', `PATCH /v1/assignments/${assignment}`, now, match);
    t.equal(patched.status, 200);
    t.match(await handIn(scene, assignment, WORK), { value: { code: 'closed' } });
    const again = await handIn(scene, assignment, WORK, key);
    t.equal(again.status, 201);
    t.equal(again.headers.get('Idempotency-Replayed'), 'true');
  },
);

t.test('who may hand in is not asked of a node without a majority', async (t) => {
  const scene = courseScene(t);
  const assignment = scene.assignment();
  scene.api.consensus.beforeRead = () => Promise.reject(new ReadError('no_quorum', 'alone'));
  const { value } = await handIn(scene, assignment, WORK);
  t.match(value, { status: 503, code: 'no_quorum', outcome: 'not_applied' });
});

t.test('without a majority for the files nothing is handed in', async (t) => {
  const scene = courseScene(t);
  const assignment = scene.assignment();
  scene.api.blobs.beforeKeep = () => Promise.reject(new NoBlobMajority(1, 2));
  const { value } = await handIn(scene, assignment, WORK);
  t.match(value, { status: 503, code: 'no_quorum', outcome: 'not_applied' });
  t.ok(await isUntouched(scene, assignment));
});

t.test('all files of an attempt share one time for reaching a majority', async (t) => {
  const scene = courseScene(t);
  const signals: AbortSignal[] = [];
  scene.api.blobs.beforeKeep = async (signal) => void signals.push(signal);
  t.equal((await handIn(scene, scene.assignment(), WORK)).status, 201);
  t.equal(signals.length, 2);
  t.equal(new Set(signals).size, 1);
});
