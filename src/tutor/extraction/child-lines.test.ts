import t from 'tap';
import { childLines } from './child-lines.ts';

async function* stdout(...chunks: (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
}

async function read(...chunks: (string | Uint8Array)[]): Promise<unknown[]> {
  const messages: unknown[] = [];
  for await (const message of childLines(stdout(...chunks))) messages.push(message);
  return messages;
}

t.test('messages come out whole, however they were written', async (t) => {
  const opened = '{"type":"opened","page_count":3}\n';
  const page = { page: 1, page_label: null, section: null, text: 'Grüße' };
  const line = Buffer.from(`${JSON.stringify({ type: 'page', page })}\n`);
  t.same(await read(opened, line.subarray(0, 70), line.subarray(70)), [
    { type: 'opened', page_count: 3 },
    { type: 'page', page },
  ]);
});

t.test('what is not the protocol is refused', async (t) => {
  const page = (fields: object): string =>
    `${JSON.stringify({ type: 'page', page: { page: 1, page_label: null, section: null, text: '', ...fields } })}\n`;
  const rows: [string, (string | Uint8Array)[]][] = [
    ['not JSON', ['hello\n']],
    ['an unknown message', ['{"type":"exec"}\n']],
    ['an unknown field', ['{"type":"opened","page_count":1,"x":1}\n']],
    ['page 0', [page({ page: 0 })]],
    ['a page too far', [page({ page: 1501 })]],
    ['too long a page', [page({ text: 'x'.repeat(20_001) })]],
    ['a line that was cut off', ['{"type":"opened"']],
    ['a line without end', Array(11).fill('x'.repeat(100_000))],
    ['not UTF-8', [Buffer.from([0x22, 0xff, 0x0a])]],
    ['too much', Array(700).fill(`{"type":"opened","page_count":1}${' '.repeat(100_000)}\n`)],
  ];
  for (const [name, chunks] of rows) await t.rejects(read(...chunks), name);
});
