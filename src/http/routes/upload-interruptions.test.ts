import { createHash } from 'node:crypto';
import t from 'tap';
import { NoBlobMajority } from '../../lms/blobs/majority-writer.ts';
import { uploadPartBytes } from '../limits.ts';
import { codeOf, hash, TEXT, tusSite } from '../testing-tus.ts';

/** A body that breaks off after these bytes. */
function broken(...pieces: (string | Uint8Array)[]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    pull(controller) {
      const piece = pieces.shift();
      if (piece === undefined) controller.error(new Error('the client is gone'));
      else controller.enqueue(Buffer.from(piece));
    },
  });
}

t.test('what came of a body that breaks off is kept', async (t) => {
  const { api, begin, patch, head, contentOf } = tusSite(t);
  const path = await begin(TEXT.length);
  t.equal((await patch(path, 0, { body: broken('The ', 'quick') })).status, 400);
  t.equal((await head(path)).headers.get('upload-offset'), '9');
  const sum = { 'Upload-Checksum': `sha1 ${hash('sha1', TEXT.slice(9))}` };
  await patch(path, 9, { body: broken(' brown'), headers: sum });
  t.equal((await head(path)).headers.get('upload-offset'), '9', 'unless it had to be whole');
  const last = await patch(path, 9, { body: broken(TEXT.slice(9)) });
  t.equal(last.status, 400, 'all bytes came; that nothing follows did not');
  const done = await head(path);
  t.equal(done.headers.get('upload-offset'), String(TEXT.length));
  t.equal(await contentOf(done.headers.get('lms-file-id') ?? ''), TEXT);
  t.equal(api.blobs.staged.size, 0);
});

t.test('a long body is recorded in parts, each as soon as a majority has it', async (t) => {
  const { api, begin, patch, head } = tusSite(t);
  const bytes = Buffer.alloc(2 * uploadPartBytes + 5, 'ab');
  const path = await begin(bytes.length + 1);
  await patch(path, 0, { body: broken(bytes.subarray(0, 100), bytes.subarray(100)) });
  t.equal((await head(path)).headers.get('upload-offset'), String(bytes.length));
  t.same(
    api.machine.reader.all('SELECT size_bytes FROM upload_parts ORDER BY from_bytes'),
    [uploadPartBytes, uploadPartBytes, 5].map((size_bytes) => ({ size_bytes })),
  );
  const last = await patch(path, bytes.length, { body: 'c' });
  const file = last.headers.get('lms-file-id');
  const sha256 = createHash('sha256').update(bytes).update('c').digest('hex');
  t.match(api.machine.reader.get(`SELECT sha256, id FROM files`), { sha256, id: file });
});

t.test('more than was announced: refused before it is read, or where it is seen', async (t) => {
  const { api, begin, patch, head } = tusSite(t);
  const path = await begin(5);
  const announced = await patch(path, 0, { body: 'abcdef', headers: { 'Content-Length': '6' } });
  t.equal(announced.status, 413);
  const streamed = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(Buffer.from('abcde'));
      controller.enqueue(Buffer.from('f'));
      controller.close();
    },
  });
  t.equal((await patch(path, 0, { body: streamed })).status, 413);
  t.equal((await head(path)).headers.get('upload-offset'), '0');
  t.equal(api.blobs.staged.size, 0);
});

t.test('without a majority nothing is recorded, and the client may go on later', async (t) => {
  const { api, begin, patch, head, contentOf } = tusSite(t);
  const path = await begin(TEXT.length);
  await patch(path, 0, { body: TEXT.slice(0, 4) });
  api.blobs.beforeKeep = () => Promise.reject(new NoBlobMajority(1, 2));
  for (const body of [TEXT.slice(4, 8), TEXT.slice(4)]) {
    const answer = await patch(path, 4, { body });
    t.equal(answer.status, 503);
    t.equal(await codeOf(answer), 'no_quorum');
  }
  t.equal((await head(path)).headers.get('upload-offset'), '4');
  api.blobs.beforeKeep = () => Promise.resolve();
  const last = await patch(path, 4, { body: TEXT.slice(4) });
  t.equal(await contentOf(last.headers.get('lms-file-id') ?? ''), TEXT);
  t.equal(api.blobs.staged.size, 0);
});

t.test('two that send at once: one goes on, the other is told where', async (t) => {
  const { begin, patch, contentOf } = tusSite(t);
  const path = await begin(TEXT.length);
  const answers = await Promise.all([
    patch(path, 0, { body: TEXT.slice(0, 8) }),
    patch(path, 0, { body: TEXT.slice(0, 8) }),
  ]);
  t.same(answers.map(({ status }) => status).sort(), [204, 409]);
  const last = await patch(path, 8, { body: TEXT.slice(8) });
  t.equal(await contentOf(last.headers.get('lms-file-id') ?? ''), TEXT);
});

t.test('a part that is gone everywhere: 503, and no file', async (t) => {
  const { api, begin, patch, head } = tusSite(t);
  const path = await begin(TEXT.length);
  await patch(path, 0, { body: TEXT.slice(0, 4) });
  api.blobs.kept.clear();
  const answer = await patch(path, 4, { body: TEXT.slice(4) });
  t.equal(await codeOf(answer), 'file_unavailable');
  t.equal((await head(path)).headers.get('upload-offset'), '4');
  t.equal(api.blobs.staged.size, 0);
});
