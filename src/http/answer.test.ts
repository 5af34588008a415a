import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import t, { type Test } from 'tap';
import { Answer, sendAnswer } from './answer.ts';

/** Sends an answer and returns what a client makes of it, and how sending it ended. */
async function sent(t: Test, fill: (answer: Answer) => void, method = 'GET') {
  const ended = Promise.withResolvers<unknown>();
  const server = createServer((incoming, outgoing) => {
    const answer = new Answer();
    fill(answer);
    const sending = (async () => sendAnswer(answer, incoming, outgoing))();
    sending.then(ended.resolve, (error) => {
      outgoing.destroy();
      ended.resolve(error);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  const { port } = server.address() as AddressInfo;
  const response = await fetch(`http://127.0.0.1:${port}/`, { method, keepalive: false });
  return { response, text: response.text(), ended: ended.promise };
}

t.test('a header is set once, whatever its case, and may be added to or taken away', async (t) => {
  const { response } = await sent(t, (answer) => {
    answer.status = 201;
    answer.set('Cache-Control', 'private');
    answer.set('ETAG', '"1"');
    answer.set('etag', '"2"');
    answer.append('Vary', 'Origin');
    answer.append('Vary', 'Accept');
    answer.set('Location', '/');
    answer.remove('location');
    answer.remove('link');
  });
  t.equal(response.status, 201);
  t.equal(response.headers.get('Cache-Control'), 'private');
  t.equal(response.headers.get('ETag'), '"2"');
  t.equal(response.headers.get('Vary'), 'Origin, Accept');
  t.equal(response.headers.get('Location'), null);
  t.equal(response.headers.get('X-Content-Type-Options'), 'nosniff');
});

t.test('the length is that of the body, whatever was said before a problem came up', async (t) => {
  for (const [body, length] of [
    ['é', '2'],
    [Uint8Array.of(1, 2, 3), '3'],
    [null, '0'],
  ] as const) {
    const { response, text } = await sent(t, (answer) => {
      answer.status = 200;
      answer.set('Content-Length', '1000');
      answer.body = body;
    });
    t.equal(response.headers.get('Content-Length'), length);
    await text;
  }
});

t.test(
  'what has no body says nothing of its length, or that of what GET would bring',
  async (t) => {
    const none = await sent(t, (answer) => {
      answer.status = 204;
    });
    t.equal(none.response.headers.get('Content-Length'), null);
    const cancelled = Promise.withResolvers<void>();
    for (const body of [null, 'x'.repeat(7), new ReadableStream({ cancel: cancelled.resolve })]) {
      const head = await sent(
        t,
        (answer) => {
          answer.status = 200;
          answer.set('Content-Length', '7');
          answer.body = body;
        },
        'HEAD',
      );
      t.equal(head.response.headers.get('Content-Length'), '7');
      t.equal(await head.text, '');
    }
    await cancelled.promise;
  },
);

t.test('a stream is sent as it comes, its headers at once', async (t) => {
  const gate = Promise.withResolvers<void>();
  const { response, text, ended } = await sent(t, (answer) => {
    answer.status = 200;
    answer.body = new ReadableStream({
      async pull(controller) {
        await gate.promise;
        controller.enqueue(Buffer.from('late'));
        controller.close();
      },
    });
  });
  t.equal(response.status, 200, 'before there is anything of the body');
  gate.resolve();
  t.equal(await text, 'late');
  t.equal(await ended, undefined);
});

t.test('a stream that breaks off is no whole answer', async (t) => {
  const { text, ended } = await sent(t, (answer) => {
    answer.status = 200;
    answer.body = new ReadableStream({
      start: (controller) => controller.enqueue(Buffer.from('half')),
      pull: (controller) => controller.error(new Error('the disk failed')),
    });
  });
  await t.rejects(text);
  t.match(await ended, { message: 'the disk failed' });
});

t.test('a stream for a client that has left is given up', async (t) => {
  const cancelled = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<void>();
  const server = createServer((incoming, outgoing) => {
    incoming.socket.destroy();
    outgoing.once('close', () => {
      const answer = new Answer();
      answer.status = 200;
      answer.body = new ReadableStream({ cancel: () => cancelled.resolve() });
      Promise.resolve(sendAnswer(answer, incoming, outgoing)).then(ended.resolve, ended.reject);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  const { port } = server.address() as AddressInfo;
  await t.rejects(fetch(`http://127.0.0.1:${port}/`));
  await ended.promise;
  await cancelled.promise;
});

t.test('an answer that nobody gave is not sent', async (t) => {
  await t.rejects(sent(t, () => undefined));
});
