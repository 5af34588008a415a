import t from 'tap';
import { KEEP_ALL, LOSE_ALL, scattered, tornAfter } from './power-cut.ts';
import { seededRandom } from './seeded-random.ts';
import { SimCrash, SimDisk, systemError } from './sim-disk.ts';

function diskWithFile() {
  const disk = new SimDisk();
  disk.makeFolder('/d');
  const file = disk.create('/d/f');
  disk.syncFolder('/d');
  file.writeAt(Buffer.alloc(2048, 'a'), 0);
  file.sync();
  return { disk, file };
}

function contents(disk: SimDisk, path = '/d/f'): string {
  const file = disk.open(path);
  const bytes = Buffer.alloc(file.size());
  file.readAt(bytes, 0);
  return bytes.toString();
}

t.test('a kill keeps what was written, a power cut what was synced', (t) => {
  const { disk, file } = diskWithFile();
  file.writeAt(Buffer.from('b'), 0);
  disk.kill();
  t.equal(contents(disk)[0], 'b');
  t.throws(() => file.writeAt(Buffer.from('c'), 0), /dead process/);
  disk.powerCut(LOSE_ALL);
  t.equal(contents(disk)[0], 'a');
  t.end();
});

t.test('unsynced writes are torn at sectors of the file', (t) => {
  const { disk, file } = diskWithFile();
  file.writeAt(Buffer.alloc(1000, 'b'), 500);
  const torn = disk.clone();
  torn.powerCut(tornAfter(1));
  t.equal(contents(torn), `${'a'.repeat(500)}${'b'.repeat(12)}${'a'.repeat(1536)}`);
  torn.powerCut(KEEP_ALL);
  t.equal(contents(torn).indexOf('b', 512), -1, 'what is lost is lost');
  const seen = new Set<string>();
  for (let seed = 1; seed <= 40; seed += 1) {
    const copy = disk.clone();
    copy.powerCut(scattered(seededRandom(seed)));
    seen.add(contents(copy));
  }
  t.equal(seen.size, 8, 'three sectors, in any combination');
  t.end();
});

t.test('names are durable when the folder is synced, and come back in order', (t) => {
  const { disk } = diskWithFile();
  disk.rename('/d/f', '/d/g');
  disk.create('/d/h');
  t.equal(disk.unsyncedFolderOperations, 2);
  t.same(disk.list('/d').sort(), ['g', 'h']);
  const half = disk.clone();
  half.powerCut({ ...LOSE_ALL, folderOperations: () => 1 });
  t.same(half.list('/d'), ['g']);
  t.equal(contents(half, '/d/g').length, 2048);
  const none = disk.clone();
  none.powerCut(LOSE_ALL);
  t.same(none.list('/d'), ['f']);
  disk.syncFolder('/d');
  disk.powerCut(LOSE_ALL);
  t.same(disk.list('/d').sort(), ['g', 'h']);
  t.throws(() => disk.open('/d/f'), { code: 'ENOENT' });
  t.end();
});

t.test(
  'a failed fsync drops the writes: reads show them, a later fsync does not save them',
  (t) => {
    const { disk, file } = diskWithFile();
    file.writeAt(Buffer.from('b'), 0);
    disk.onOperation = ({ kind, path }) => (kind === 'sync' ? systemError('EIO', path) : null);
    t.throws(() => file.sync(), { code: 'EIO' });
    disk.onOperation = () => null;
    file.sync();
    t.equal(contents(disk)[0], 'b');
    disk.powerCut(KEEP_ALL);
    t.equal(contents(disk)[0], 'a');
    t.end();
  },
);

t.test('a crash in a write leaves half of it, a crash in a sync all of it unsynced', (t) => {
  const { disk, file } = diskWithFile();
  disk.onOperation = () => new SimCrash();
  t.throws(() => file.writeAt(Buffer.alloc(2048, 'b'), 0), SimCrash);
  t.equal(contents(disk), 'b'.repeat(1024) + 'a'.repeat(1024));
  t.throws(() => file.sync(), SimCrash);
  disk.powerCut(LOSE_ALL);
  t.equal(contents(disk), 'a'.repeat(2048));
  t.end();
});

t.test('damage at rest survives', (t) => {
  const { disk } = diskWithFile();
  disk.flipBit('/d/f', 7, 0);
  disk.powerCut(LOSE_ALL);
  t.equal(contents(disk)[7], '`');
  t.end();
});
