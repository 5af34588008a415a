import fc from 'fast-check';
import t from 'tap';
import { EventHeap } from './event-heap.ts';

t.test(
  'events happen by time, and at the same time in the order in which they were planned',
  (t) => {
    const property = fc.property(fc.array(fc.nat(20)), (times) => {
      const heap = new EventHeap();
      const happened: [number, number][] = [];
      for (const [position, time] of times.entries()) {
        heap.at(time, () => happened.push([heap.now, position]));
      }
      heap.runUntil(20);
      const wanted = times.map((time, position): [number, number] => [time, position]);
      wanted.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
      return JSON.stringify(happened) === JSON.stringify(wanted);
    });
    fc.assert(property);
    t.end();
  },
);

t.test('what is planned from within comes in its turn, the past is now', (t) => {
  const heap = new EventHeap();
  const happened: string[] = [];
  heap.at(5, () => {
    heap.at(1, () => happened.push(`late at ${heap.now}`));
    heap.after(3, () => happened.push(`then at ${heap.now}`));
  });
  heap.at(6, () => happened.push('six'));
  t.equal(heap.runUntil(7), 3);
  t.equal(heap.now, 7);
  heap.runUntil(10);
  t.same(happened, ['late at 5', 'six', 'then at 8']);
  t.end();
});

t.test('stops when it is told to', (t) => {
  const heap = new EventHeap();
  let count = 0;
  for (let time = 1; time <= 9; time += 1) heap.at(time, () => (count += 1));
  heap.runUntil(100, () => count === 4);
  t.equal(count, 4);
  t.equal(heap.now, 4);
  t.end();
});
