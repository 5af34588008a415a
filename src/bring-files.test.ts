import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { bringFiles } from './bring-files.ts';

const named = (id: string, text: string) => ({
  id,
  sha256: createHash('sha256').update(text).digest('hex'),
  size_bytes: text.length,
});
const FILES = [named('fil_1', 'one'), named('fil_2', 'two'), named('fil_3', '')];

async function* bytesOf(text: string) {
  yield Buffer.from(text);
}

t.test('what is lacking is fetched, once', async (t) => {
  const folder = join(t.testdir(), 'blobs');
  const asked: string[] = [];
  const texts: Record<string, string> = { fil_1: 'one', fil_3: '' };
  const read = ({ id }: { readonly id: string }) => {
    asked.push(id);
    return Promise.resolve(texts[id] === undefined ? null : bytesOf(texts[id]));
  };
  t.match(await bringFiles(folder, FILES, read), { brought: 2, lacking: [{ id: 'fil_2' }] });
  texts.fil_2 = 'two';
  t.same(await bringFiles(folder, FILES, read), { brought: 1, lacking: [] });
  t.same(asked, ['fil_1', 'fil_2', 'fil_3', 'fil_2']);
  const { sha256 = '' } = FILES[1] ?? {};
  t.equal(readFileSync(join(folder, sha256.slice(0, 2), sha256), 'utf8'), 'two');
});

t.test('a source that breaks off is one line, and the next run goes on', async (t) => {
  const folder = join(t.testdir(), 'blobs');
  async function* broken() {
    yield Buffer.from('t');
    throw new Error('terminated');
  }
  const read = ({ id }: { readonly id: string }) =>
    Promise.resolve(id === 'fil_2' ? broken() : bytesOf('one'));
  await t.rejects(bringFiles(folder, FILES, read), {
    name: 'OperatorError',
    message: /file fil_2 could not be brought \(terminated\)/,
  });
  const rest = await bringFiles(folder, FILES.slice(0, 2), () => Promise.resolve(bytesOf('two')));
  t.same(rest, { brought: 1, lacking: [] });
});

t.test('the folder of a node is left alone', async (t) => {
  const folder = t.testdir({ 'node.json': '{}', blobs: { tmp: { upload: 'under way' } } });
  await t.rejects(
    bringFiles(join(folder, 'blobs'), [], () => Promise.resolve(null)),
    /belongs to a node/,
  );
  t.equal(readFileSync(join(folder, 'blobs', 'tmp', 'upload'), 'utf8'), 'under way');
});
