import { createHash } from 'node:crypto';
import { once } from 'node:events';
import t from 'tap';
import { openPair, reachable } from './test-nodes.ts';

const MIB = 1 << 20;

async function read(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of body) parts.push(part);
  return Buffer.concat(parts);
}

async function* pieces(count: number, bytes: number): AsyncIterable<Uint8Array> {
  for (let k = 0; k < count; k += 1) {
    yield Buffer.alloc(bytes, k);
    await null;
  }
}

t.test('a request carries method, path, headers and body, and so does the response', async (t) => {
  const { n1, n2 } = await openPair(t);
  n2.handle('/blobs/', async ({ from, method, path, headers, body }) => {
    const text = (await read(body)).toString();
    return {
      status: 201,
      headers: { 'x-seen': `${from} ${method} ${path} ${headers['x-digest']}` },
      body: Buffer.from(text.toUpperCase()),
    };
  });
  n2.handle('/blobs/special/', () => Promise.resolve({ status: 204 }));
  const put = { method: 'PUT', path: '/blobs/ab?x=1', headers: { 'x-digest': 'd' } };
  const response = await n1.request('n2', { ...put, body: Buffer.from('hello') });
  t.equal(response.status, 201);
  t.equal(response.headers['x-seen'], 'n1 PUT /blobs/ab?x=1 d');
  t.equal((await read(response.body)).toString(), 'HELLO');
  const special = await n1.request('n2', { method: 'GET', path: '/blobs/special/1' });
  t.equal(special.status, 204, 'the longest prefix wins');
  t.equal((await n1.request('n2', { method: 'GET', path: '/other' })).status, 404);
});

t.test('20 MB each way, while heartbeats go on', async (t) => {
  const { n1, n2 } = await openPair(t);
  n2.handle('/echo', ({ body }) => Promise.resolve({ status: 200, body }));
  let beats = 0;
  n2.onMessage = (from, { kind, body }) => {
    if (kind !== 'ReadIndexRequest') return;
    n2.send(from, { kind: 'ReadIndexResponse', body: { ...body, term: 1, read_index: 1 } });
  };
  const beat = () =>
    n1.send('n2', { kind: 'ReadIndexRequest', body: { term: 1, request_id: 'beat' } });
  n1.onMessage = () => {
    beats += 1;
    setImmediate(beat);
  };
  const sent = createHash('sha256');
  async function* body() {
    for await (const piece of pieces(20, MIB)) {
      sent.update(piece);
      yield piece;
    }
  }
  beat();
  const response = await n1.request('n2', { method: 'POST', path: '/echo', body: body() });
  const received = createHash('sha256');
  let bytes = 0;
  for await (const part of response.body) {
    bytes += part.length;
    received.update(part);
  }
  t.equal(bytes, 20 * MIB);
  t.equal(received.digest('hex'), sent.digest('hex'));
  t.ok(beats > 10, `${beats} beats went both ways meanwhile`);
  t.equal(n1.counters().peers.n2?.frames_dropped, 0);
});

t.test('a web stream is a body too', async (t) => {
  const { n1, n2 } = await openPair(t);
  n2.handle('/', async ({ body }) => ({ status: 200, body: await read(body) }));
  const body = new Blob(['from the web']).stream();
  const response = await n1.request('n2', { method: 'PUT', path: '/x', body });
  t.equal((await read(response.body)).toString(), 'from the web');
});

t.test('a slow reader holds the sender back', async (t) => {
  const { n1, n2 } = await openPair(t);
  let go: () => void = () => {};
  const gate = new Promise<void>((resolve) => {
    go = resolve;
  });
  n2.handle('/', async ({ body }) => {
    await gate;
    return { status: 200, headers: { 'x-bytes': String((await read(body)).length) } };
  });
  let given = 0;
  let stalled: () => void = () => {};
  const stall = new Promise<void>((resolve) => {
    stalled = resolve;
  });
  async function* body() {
    for (; given < 64; given += 1) {
      const timer = setTimeout(stalled, 200);
      yield Buffer.alloc(MIB);
      clearTimeout(timer);
    }
  }
  const response = n1.request('n2', { method: 'PUT', path: '/x', body: body() });
  await stall;
  t.ok(given < 32, `only ${given} of 64 MiB were taken while nobody read`);
  go();
  t.equal((await response).headers['x-bytes'], String(64 * MIB));
});

t.test('an early answer arrives although the body was not read', async (t) => {
  const { n1, n2 } = await openPair(t);
  n2.handle('/', () => Promise.resolve({ status: 507, body: Buffer.from('disk full') }));
  const body = pieces(64, MIB);
  const response = await n1.request('n2', { method: 'PUT', path: '/x', body });
  t.equal(response.status, 507);
  t.equal((await read(response.body)).toString(), 'disk full');
});

t.test('failures: handler, source, peer, caller', async (t) => {
  const { n1, n2 } = await openPair(t, { backoffMinMs: 5, backoffMaxMs: 20 });
  n2.handle('/throws', () => Promise.reject(new Error('a secret of the other node')));
  const failed = await n1.request('n2', { method: 'GET', path: '/throws' });
  t.equal(failed.status, 500);
  t.notMatch((await read(failed.body)).toString(), /secret/);

  n2.handle('/breaks', () => {
    async function* body() {
      yield Buffer.alloc(10);
      await null;
      throw new Error('the disk broke');
    }
    return Promise.resolve({ status: 200, body: body() });
  });
  const broken = await n1.request('n2', { method: 'GET', path: '/breaks' });
  await t.rejects(read(broken.body), 'a response that breaks off is not taken for whole');

  n2.handle('/reads', async ({ body }) => ({ status: 200, body: await read(body) }));
  async function* source() {
    yield Buffer.alloc(10);
    await null;
    throw new Error('cannot read the file');
  }
  await t.rejects(n1.request('n2', { method: 'PUT', path: '/reads', body: source() }), {
    code: 'unreachable',
    message: /cannot read the file/,
  });

  const aborted = new AbortController();
  let signal: AbortSignal | null = null;
  n2.handle('/waits', (request) => {
    signal = request.signal;
    aborted.abort();
    return new Promise(() => {});
  });
  const call = n1.request('n2', { method: 'GET', path: '/waits', signal: aborted.signal });
  await t.rejects(call, { code: 'unreachable', sent: true });
  if (!signal!.aborted) await once(signal!, 'abort');
  t.ok(signal!.aborted, 'the handler hears of it');

  const down = reachable(n1, 'n2', false);
  n2.handle('/dies', () => {
    void n2.close();
    return new Promise(() => {});
  });
  await t.rejects(n1.request('n2', { method: 'GET', path: '/dies' }), { code: 'unreachable' });
  await down;
  await t.rejects(n1.request('n2', { method: 'GET', path: '/dies' }), {
    code: 'unreachable',
    sent: false,
  });
  await t.rejects(n1.request('n9', { method: 'GET', path: '/' }), {
    code: 'unreachable',
    sent: false,
  });
});

t.test('silence is bounded', async (t) => {
  const { n1, n2 } = await openPair(t, { sideIdleMs: 50 });
  n2.handle('/', () => new Promise(() => {}));
  await t.rejects(n1.request('n2', { method: 'GET', path: '/x' }), { code: /timeout|unreachable/ });
});

t.test('thousands of cancelled requests do not end the channel', async (t) => {
  const { n1, n2 } = await openPair(t);
  n2.handle('/waits', () => new Promise(() => {}));
  n2.handle('/', () => Promise.resolve({ status: 200, body: Buffer.from('well') }));
  for (let k = 0; k < 40; k += 1) {
    const cancel = new AbortController();
    const calls = Array.from({ length: 50 }, () =>
      n1
        .request('n2', { method: 'GET', path: '/waits', signal: cancel.signal })
        .catch((error: Error) => error),
    );
    const answer = await n1.request('n2', { method: 'GET', path: '/x' });
    t.equal((await read(answer.body)).toString(), 'well');
    cancel.abort();
    await Promise.all(calls);
  }
  t.equal(n1.counters().peers.n2?.reconnects, 0, 'and the Raft link did not notice');
});

t.test('a response that arrived whole is there for who reads it later', async (t) => {
  const { n1, n2 } = await openPair(t);
  n2.handle('/blobs/', () => Promise.resolve({ status: 200, body: pieces(3, 1_000) }));
  const response = await n1.request('n2', { method: 'GET', path: '/blobs/ab' });
  // Answered on the same connection, after the end of the other one.
  for (let n = 0; n < 3; n += 1) await n1.request('n2', { method: 'GET', path: '/other' });
  t.equal((await read(response.body)).length, 3_000);
});
