import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readdir, readlink } from 'node:fs/promises';
import { Agent, type ClientRequest, type IncomingMessage, request } from 'node:http';
import t, { type Test } from 'tap';
import { filesIn, testStore } from '../../lms/blobs/test-blobs.ts';
import { serveApi } from '../server.ts';
import { TestApi } from '../testing.ts';

const MIB = 1024 * 1024;
const maxFileBytes = 8 * MIB;

/** The API on a port, with bytes on a disk. */
async function scene(t: Test) {
  const api = new TestApi({ max_file_bytes: maxFileBytes });
  const { store, folder } = await testStore(t);
  api.blobs.stage = (body, maxBytes) => store.stage(body, maxBytes);
  api.blobs.keep = async (staged) => {
    await staged.keep();
    return { placed_at: api.blobs.logTime() };
  };
  api.blobs.open = ({ sha256 }) => store.open(sha256);
  const server = await serveApi(api.app, { host: '127.0.0.1', port: 0 });
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  t.teardown(async () => {
    agent.destroy();
    await server.close(0);
    api.close();
  });
  const { token } = api.user('ann', 'instructor');
  const start = (method: string, path: string, headers = {}): ClientRequest =>
    request(`${server.url}${path}`, {
      method,
      agent,
      headers: { Authorization: `Bearer ${token}`, ...headers },
    });
  return { folder, start };
}

async function answerTo(outgoing: ClientRequest): Promise<IncomingMessage> {
  const [response] = await once(outgoing, 'response');
  return response;
}

async function bytesOf(response: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of response) parts.push(part);
  return Buffer.concat(parts);
}

async function fileIdOf(response: IncomingMessage): Promise<string> {
  return (JSON.parse((await bytesOf(response)).toString()) as { id: string }).id;
}

/** Only Linux tells a process which files it holds open. */
const skip = process.platform === 'linux' ? false : 'needs /proc';

/** Files of the store that this process holds open. */
async function openFiles(folder: string): Promise<string[]> {
  const fds = await readdir('/proc/self/fd');
  const paths = await Promise.all(fds.map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => '')));
  return paths.filter((path) => path.startsWith(folder));
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 5));
}

t.test('8 MiB without an announced length, up and down', { skip }, async (t) => {
  const { folder, start } = await scene(t);
  const sent = createHash('sha256');
  const upload = start('POST', '/v1/files?filename=big.bin');
  for (let n = 0; n < 8; n += 1) {
    const piece = Buffer.alloc(MIB, n);
    sent.update(piece);
    if (!upload.write(piece)) await once(upload, 'drain');
  }
  upload.end();
  const created = await answerTo(upload);
  t.equal(created.statusCode, 201);
  const id = await fileIdOf(created);
  const content = await answerTo(start('GET', `/v1/files/${id}/content`).end());
  t.equal(content.headers['content-length'], String(8 * MIB));
  const received = createHash('sha256').update(await bytesOf(content));
  t.equal(received.digest('hex'), sent.digest('hex'));
  await until(async () => (await openFiles(folder)).length === 0);
});

t.test('one byte too many: 413, nothing stays, and the connection lives on', async (t) => {
  const { folder, start } = await scene(t);
  const upload = start('POST', '/v1/files', { 'Content-Type': 'application/pdf' });
  upload.end(Buffer.alloc(maxFileBytes + 1, '%PDF-'));
  const refused = await answerTo(upload);
  t.equal(refused.statusCode, 413);
  t.match(JSON.parse((await bytesOf(refused)).toString()), { max_bytes: maxFileBytes });
  t.same(await filesIn(folder), []);
  const again = await answerTo(start('POST', '/v1/files').end('small enough'));
  t.equal(again.statusCode, 201);
  await bytesOf(again);
});

t.test('a client that goes away while it sends leaves nothing', { skip }, async (t) => {
  const { folder, start } = await scene(t);
  for (const type of ['application/pdf', 'multipart/form-data; boundary=b']) {
    const upload = start('POST', '/v1/files', { 'Content-Type': type, 'Content-Length': MIB });
    upload.on('error', () => {});
    upload.write('--b\r\nContent-Disposition: form-data; name="f"; filename="a"\r\n\r\n');
    upload.write(Buffer.alloc(MIB / 2));
    await until(async () => (await filesIn(folder)).length === 1);
    upload.destroy();
    await until(async () => (await filesIn(folder)).length === 0);
    t.same(await openFiles(folder), []);
  }
});

t.test('a client that goes away while it receives holds no file open', { skip }, async (t) => {
  const { folder, start } = await scene(t);
  const upload = start('POST', '/v1/files');
  upload.end(Buffer.alloc(maxFileBytes, 7));
  const id = await fileIdOf(await answerTo(upload));
  const download = start('GET', `/v1/files/${id}/content`).end();
  download.on('error', () => {});
  const content = await answerTo(download);
  content.on('error', () => {});
  await once(content, 'readable');
  t.equal((await openFiles(folder)).length, 1);
  content.destroy();
  await until(async () => (await openFiles(folder)).length === 0);
  const head = await answerTo(start('HEAD', `/v1/files/${id}/content`).end());
  t.equal(head.headers['content-length'], String(maxFileBytes));
  await bytesOf(head);
  await until(async () => (await openFiles(folder)).length === 0);
});
