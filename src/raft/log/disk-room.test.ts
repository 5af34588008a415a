import t from 'tap';
import { DiskRoom } from './disk-room.ts';

t.test('the reserve, half of it, and an eighth more than it', (t) => {
  let free = 1000;
  let now = 0;
  let asked = 0;
  const freeBytes = (folder: string): number => {
    t.equal(folder, '/log');
    asked += 1;
    return free;
  };
  const room = new DiskRoom(
    { freeBytes },
    '/log',
    { reserveBytes: 800, roomPaceMs: 100 },
    () => now,
  );
  const at = (bytes: number): string => {
    free = bytes;
    now += 100;
    return room.look();
  };
  t.equal(at(800), 'enough');
  t.equal(at(799), 'low');
  t.equal(at(850), 'low', 'not to and fro');
  t.equal(at(900), 'enough');
  t.equal(at(400), 'low');
  t.equal(at(399), 'none');
  t.equal(at(899), 'low');
  t.equal(at(900), 'enough');
  const before = asked;
  free = 0;
  now += 99;
  t.equal(room.look(), 'enough', 'it asks at its pace');
  t.equal(asked, before);
  now += 1;
  t.equal(room.look(), 'none');
  t.end();
});
