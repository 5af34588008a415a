import { createHash, randomBytes } from 'node:crypto';
import t, { type Test } from 'tap';
import { Upload, type UploadOptions } from 'tus-js-client';
import { serveApi } from '../server.ts';
import { TestApi } from '../testing.ts';

async function scene(t: Test) {
  const api = new TestApi();
  const server = await serveApi(api.app, { host: '127.0.0.1', port: 0 });
  t.teardown(async () => {
    await server.close(0);
    api.close();
  });
  const { token } = api.user('ann', 'student');
  return { api, token, url: `${server.url}/v1/uploads` };
}

interface Done {
  readonly upload: Upload;
  readonly file: string | undefined;
}

/** The official client, until it says that it is done. */
function uploaded(bytes: Buffer, options: UploadOptions, until = Number.POSITIVE_INFINITY) {
  return new Promise<Done>((resolve, reject) => {
    const upload = new Upload(bytes, {
      retryDelays: [0, 0, 0],
      ...options,
      onError: reject,
      onSuccess: ({ lastResponse }) =>
        resolve({ upload, file: lastResponse.getHeader('LMS-File-Id') }),
      onChunkComplete: (_size, accepted) => {
        if (accepted < until) return;
        upload.abort().then(() => resolve({ upload, file: undefined }), reject);
      },
    });
    upload.start();
  });
}

async function digestOf(api: TestApi, file: string | undefined): Promise<unknown> {
  return api.machine.reader.get('SELECT sha256, filename FROM files WHERE id = ?', file ?? '');
}

t.test('the official client: whole, in chunks, and with its first request', async (t) => {
  const { api, token, url } = await scene(t);
  const bytes = randomBytes(3_000_000);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const options = {
    endpoint: url,
    headers: { Authorization: `Bearer ${token}` },
    metadata: { filename: 'übung 1.bin' },
  };
  for (const more of [{}, { chunkSize: 1_000_000 }, { uploadDataDuringCreation: true }]) {
    const { file } = await uploaded(bytes, { ...options, ...more });
    t.match(await digestOf(api, file), { sha256, filename: 'übung 1.bin' }, JSON.stringify(more));
  }
  const override = { overridePatchMethod: true, chunkSize: 2_000_000 };
  t.match(await digestOf(api, (await uploaded(bytes, { ...options, ...override })).file), {
    sha256,
  });
});

t.test('the official client: broken off, resumed, ended', async (t) => {
  const { api, token, url } = await scene(t);
  const bytes = randomBytes(1_000_000);
  const options = { headers: { Authorization: `Bearer ${token}` }, chunkSize: 300_000 };
  const { upload: first } = await uploaded(bytes, { ...options, endpoint: url }, 600_000);
  t.match(api.machine.reader.get('SELECT offset_bytes FROM uploads'), { offset_bytes: 600_000 });
  const { file } = await uploaded(bytes, { ...options, uploadUrl: first.url ?? '' });
  t.match(await digestOf(api, file), { sha256: createHash('sha256').update(bytes).digest('hex') });

  const { upload: second } = await uploaded(bytes, { ...options, endpoint: url }, 300_000);
  await Upload.terminate(second.url ?? '', { headers: options.headers });
  const left = api.machine.reader.get(`SELECT count(*) AS n FROM uploads WHERE file_id IS NULL`);
  t.match(left, { n: 0 });
});
