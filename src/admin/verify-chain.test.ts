import { createHash } from 'node:crypto';
import t from 'tap';
import { type ChainNode, compareChains, nodesWithoutHash } from './verify-chain.ts';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

/** A node with one text per entry; the chain is over the texts as they were when they were applied. */
function node(id: string, applied: readonly string[], rows = applied) {
  let chain = '';
  const hashes = applied.map((text) => {
    chain = sha256(chain + text);
    return chain;
  });
  const asked: string[] = [];
  const chainNode: ChainNode = {
    id,
    part(from, to) {
      asked.push(`${from}-${to}`);
      const part = rows.slice(from - 1, to).map((row, n) => row + hashes[from - 1 + n]);
      return Promise.resolve({
        chain_hash: hashes[to - 1] ?? '',
        rows_sha256: sha256(part.join('\n')),
      });
    },
  };
  return { ...chainNode, asked };
}

const ENTRIES = Array.from({ length: 100 }, (_, n) => `entry ${n + 1}`);
const changed = (index: number) => ENTRIES.map((text, n) => (n + 1 === index ? 'changed' : text));

t.test('nodes that have the same have no difference, and are asked once per block', async (t) => {
  const nodes = [node('n1', ENTRIES), node('n2', ENTRIES), node('n3', ENTRIES)];
  t.same(await compareChains(nodes, 100, 30), []);
  t.same(nodes[0]?.asked, ['1-30', '31-60', '61-90', '91-100']);
});

t.test('the first entry of a fork is found wherever it is', async (t) => {
  for (let index = 1; index <= 100; index += 1) {
    const nodes = [node('n1', ENTRIES), node('n2', changed(index)), node('n3', ENTRIES)];
    const found = await compareChains(nodes, 100, 30);
    t.match(found, [{ index, forked: true, groups: [{ nodes: ['n1', 'n3'] }, { nodes: ['n2'] }] }]);
    t.equal(found.length, 1, 'all after it differs: once is enough');
  }
});

t.test('a row that was changed afterwards is found, and what is wrong later too', async (t) => {
  const rows = ENTRIES.map((text, n) => ([7, 65].includes(n + 1) ? 'edited' : text));
  const nodes = [node('n1', ENTRIES), node('n2', ENTRIES), node('n3', ENTRIES, rows)];
  t.match(await compareChains(nodes, 100, 30), [
    { index: 7, forked: false, groups: [{ nodes: ['n1', 'n2'] }, { nodes: ['n3'] }] },
    { index: 65, forked: false },
  ]);
});

t.test('what comes after the last common entry is not compared', async (t) => {
  const nodes = [node('n1', ENTRIES), node('n2', changed(91))];
  t.same(await compareChains(nodes, 90, 30), []);
});

t.test('a hash that was kept shows a history that all nodes changed alike', async (t) => {
  const [before, after] = [node('n1', ENTRIES), node('n1', changed(5))];
  const { chain_hash } = await before.part(50, 50);
  t.same(await nodesWithoutHash([before], 50, chain_hash), []);
  t.same(await nodesWithoutHash([before, after], 50, chain_hash), ['n1']);
});
