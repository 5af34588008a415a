import { createServer } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { OllamaDouble } from '../../../test/fixtures/ollama-double.ts';
import type { Scripted } from '../../../test/fixtures/ollama-generation.ts';
import { OllamaClient } from './ollama-client.ts';
import { OllamaError } from './ollama-error.ts';

const question = [{ role: 'user' as const, content: 'my secret question' }];
const options = { maxTokens: 100, temperature: 0 };
const quick = { firstByteMs: 400, idleMs: 300, totalMs: 3_000 };

async function double(t: Test, ...script: Scripted[]): Promise<OllamaDouble> {
  const ollama = await OllamaDouble.start();
  ollama.script.push(...script);
  t.teardown(() => ollama.close());
  return ollama;
}

function clientOf(ollama: OllamaDouble, extra: { now?: () => number } = {}): OllamaClient {
  return new OllamaClient({
    host: ollama.url,
    model: 'deepseek-r1:1.5b',
    timeouts: quick,
    ...extra,
  });
}

async function ask(client: OllamaClient, signal?: AbortSignal): Promise<string> {
  let text = '';
  for await (const piece of client.chat(question, { ...options, signal })) text += piece;
  return text;
}

async function codeOf(run: Promise<unknown>): Promise<string> {
  try {
    await run;
    return 'ok';
  } catch (error) {
    if (!(error instanceof OllamaError)) throw error;
    return error.code;
  }
}

t.test('an answer, however the bytes are cut', async (t) => {
  for (const write of ['line', 'several', 'split', 'byte'] as const) {
    const ollama = await double(t, { text: 'Grüße <b> & 日本 😀 again.', write });
    t.equal(await ask(clientOf(ollama)), 'Grüße <b> & 日本 😀 again.', write);
  }
});

t.test('every call is strict about the context and asks for no thinking', async (t) => {
  const ollama = await double(t);
  const client = clientOf(ollama);
  await ask(client);
  await ask(client);
  t.match(ollama.chats, [
    {
      stream: true,
      think: false,
      truncate: false,
      shift: false,
      options: { num_ctx: 4096, num_predict: 100 },
    },
    { options: { num_ctx: 4096 } },
  ]);
  t.equal(ollama.reloads, 1, 'the model was loaded once');
});

t.test('thinking in the text is dropped, also before a lone end', async (t) => {
  const ollama = await double(
    t,
    { text: '<think>the answer is 4</think>\n\nTry it.' },
    { text: 'the answer is 4 </think> Try again.', write: 'byte' },
  );
  const client = clientOf(ollama);
  t.equal(await ask(client), 'Try it.');
  t.equal(
    await ask(new OllamaClient({ host: ollama.url, model: 'deepseek-r1:1.5b' })),
    'Try again.',
  );
});

t.test('each fault has its code, and nothing is printed', async (t) => {
  const printed = (['log', 'warn', 'error'] as const).map((name) => t.capture(console, name));
  const rows: [Scripted, string][] = [
    [{ fault: 'hang' }, 'first_byte_timeout'],
    [{ fault: 'stall', text: 'a b c', after: 2 }, 'idle_timeout'],
    [{ fault: 'endless', text: 'a', after: 1 }, 'total_timeout'],
    [{ fault: 'error_line', text: 'a b', after: 1 }, 'failed'],
    [{ fault: 'error_line' }, 'failed'],
    [{ fault: 'end_without_done', text: 'a b', after: 1 }, 'failed'],
    [{ fault: 'html' }, 'bad_output'],
    [{ fault: 'bad_line', text: 'a b', after: 1 }, 'bad_output'],
    [{ fault: 'not_utf8', text: 'a b', after: 1 }, 'bad_output'],
    [{ fault: 'oversized_line', text: 'a b', after: 1 }, 'bad_output'],
    [{ fault: 'blank_lines', text: 'a b', after: 1 }, 'ok'],
    [{ text: '' }, 'bad_output'],
    [{ text: '<think>only this' }, 'bad_output'],
    [
      { fault: { status: 500, body: '{"error":"model runner has unexpectedly stopped"}' } },
      'failed',
    ],
    [{ fault: { status: 500, body: '{"error":{"message":"deep"}}' } }, 'failed'],
    [{ fault: { status: 404, body: `{"error":"model 'x' not found"}` } }, 'model_missing'],
    [
      { fault: { status: 400, body: '{"error":"\\"x\\" does not support chat"}' } },
      'model_unsuitable',
    ],
    [{ fault: { status: 400, body: '{"error":"exceeds the context length"}' } }, 'prompt_too_long'],
    [{ fault: { status: 502, body: '<html>bad gateway</html>', type: 'text/html' } }, 'failed'],
    [{ fault: { status: 403, body: '', type: 'text/plain' } }, 'failed'],
  ];
  for (const [scripted, code] of rows) {
    const ollama = await double(t, scripted);
    t.equal(await codeOf(ask(clientOf(ollama))), code, JSON.stringify(scripted));
  }
  t.same(
    printed.flatMap((method) => method()),
    [],
  );
});

t.test('a redirect is not followed: the host is what was configured', async (t) => {
  const elsewhere = await double(t);
  const location = `${elsewhere.url}/api/chat`;
  const ollama = await double(t, { fault: { status: 307, body: '', location } });
  t.equal(await codeOf(ask(clientOf(ollama))), 'failed');
  t.equal(elsewhere.chats.length, 0);
});

t.test('a prompt that is too long is an error, never cut in silence', async (t) => {
  const ollama = await double(t);
  const long = [{ role: 'user' as const, content: 'x '.repeat(10_000) }];
  const chat = async (): Promise<void> => {
    for await (const _ of clientOf(ollama).chat(long, options)) t.fail('no text');
  };
  t.equal(await codeOf(chat()), 'prompt_too_long');
});

t.test('no server, no name', async (t) => {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  for (const host of [`http://127.0.0.1:${port}`, 'http://no-such-host.invalid:11434']) {
    const client = new OllamaClient({ host, model: 'm', timeouts: quick });
    t.equal(await codeOf(ask(client)), 'unreachable', host);
    t.match(await client.status(), { state: 'unreachable', version: null }, host);
  }
});

t.test('a server that takes connections and never answers is found out soon', async (t) => {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const sockets = new Set<{ destroy(): void }>();
  server.on('connection', (socket) => sockets.add(socket));
  t.teardown(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const { port } = server.address() as { port: number };
  const client = new OllamaClient({ host: `http://127.0.0.1:${port}`, model: 'm' });
  t.equal(await codeOf(ask(client)), 'first_byte_timeout', 'within the time of a probe');
});

t.test('a model that is not there', async (t) => {
  const ollama = await double(t);
  const client = new OllamaClient({ host: ollama.url, model: 'llama3' });
  t.equal(await codeOf(ask(client)), 'model_missing');
  t.match(await client.status(), {
    state: 'model_missing',
    version: '0.33.0',
    detail: /ollama pull llama3/,
  });
  t.match(await clientOf(ollama).status(), { state: 'ready' });
});

t.test('busy and reset are tried again, but not once text has come', async (t) => {
  const busy: Scripted = { fault: { status: 503, body: '{"error":"server busy"}' } };
  const again = await double(t, busy, { fault: 'reset' }, { text: 'Here.' });
  t.equal(await ask(clientOf(again)), 'Here.');
  t.equal(again.chats.length, 3);

  const thrice = await double(t, busy, busy, busy, busy);
  t.equal(await codeOf(ask(clientOf(thrice))), 'busy');
  t.equal(thrice.chats.length, 3);

  const late = await double(t, {}, { fault: 'reset', text: 'a b c', after: 2 });
  const client = clientOf(late);
  await ask(client);
  let text = '';
  const chat = async (): Promise<void> => {
    for await (const piece of client.chat(question, options)) text += piece;
  };
  t.equal(await codeOf(chat()), 'failed');
  t.equal(text, 'a b');
  t.equal(late.chats.length, 2, 'not asked again');
});

t.test(
  'a caller that goes away closes the connection, before and after the first byte',
  async (t) => {
    const ollama = await double(
      t,
      {},
      { fault: 'hang' },
      { fault: 'endless', text: 'a', after: 1 },
    );
    const client = clientOf(ollama);
    await ask(client);
    const abort = new AbortController();
    const waiting = codeOf(ask(client, abort.signal));
    while (ollama.chats.length < 2) await turn();
    abort.abort();
    t.equal(await waiting, 'cancelled');
    for await (const _ of client.chat(question, options)) break;
    while ((await ollama.connections()) > 0) await turn();
    t.ok(ollama.linesAfterClose <= 1, 'Ollama was told to stop');
  },
);

t.test('many cancelled answers leave no socket behind', async (t) => {
  const ollama = await double(t, {});
  const client = clientOf(ollama);
  await ask(client);
  for (let n = 0; n < 100; n += 1) {
    ollama.script.push({ fault: 'endless', text: 'a', after: 1 });
    for await (const _ of client.chat(question, options)) break;
  }
  while ((await ollama.connections()) > 0) await turn();
  t.equal(await ask(client), 'Hello.');
});

t.test('three failures open the breaker; a probe closes it', async (t) => {
  let now = 0;
  const failure: Scripted = { fault: { status: 500, body: '{"error":"x"}' } };
  const ollama = await double(t, failure, failure, failure, { text: 'Back.' });
  const client = clientOf(ollama, { now: () => now });
  for (let n = 0; n < 3; n += 1) t.equal(await codeOf(ask(client)), 'failed');
  t.equal(await codeOf(ask(client)), 'breaker_open');
  t.equal(ollama.chats.length, 3, 'it is left alone');
  t.match(await client.status(), { state: 'paused' });
  now += 15_000;
  t.equal(await ask(client), 'Back.');
});

t.test('failures that are far apart, and a missing model, do not open it', async (t) => {
  let now = 0;
  const failure: Scripted = { fault: { status: 500, body: '{"error":"x"}' } };
  const missing: Scripted = { fault: { status: 404, body: '{"error":"x"}' } };
  const ollama = await double(t, failure, failure, failure, missing, missing, missing);
  const client = clientOf(ollama, { now: () => now });
  for (let n = 0; n < 3; n += 1) {
    t.equal(await codeOf(ask(client)), 'failed');
    now += 20_000;
  }
  for (let n = 0; n < 3; n += 1) t.equal(await codeOf(ask(client)), 'model_missing');
  t.equal(await ask(client), 'Hello.');
});

t.test('a probe that fails keeps it open', async (t) => {
  let now = 0;
  const failure: Scripted = { fault: { status: 500, body: '{"error":"x"}' } };
  const ollama = await double(t, failure, failure, failure);
  const client = clientOf(ollama, { now: () => now });
  for (let n = 0; n < 3; n += 1) await codeOf(ask(client));
  await ollama.close();
  now += 15_000;
  t.equal(await codeOf(ask(client)), 'breaker_open');
});
