import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import t from 'tap';
import { Alarm } from './alarm.ts';

function standStill(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

t.test(
  'after a stall of the event loop what lies in the sockets comes before the timer',
  async (t) => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const near = connect(port, '127.0.0.1');
    const [[far]] = await Promise.all([once(server, 'connection'), once(near, 'connect')]);
    t.teardown(() => {
      near.destroy();
      far.destroy();
      server.close();
    });
    const order: string[] = [];
    const due = Promise.withResolvers<void>();
    const alarm = new Alarm(() => {
      order.push('due');
      due.resolve();
    });
    t.teardown(() => alarm.close());
    far.on('data', () => order.push('a heartbeat'));
    near.write('x');
    alarm.set(performance.now() + 1);
    standStill(100);
    await due.promise;
    t.same(order, ['a heartbeat', 'due']);
  },
);

t.test(
  'an earlier time takes the place of a later one, a later one is looked at when it fires',
  async (t) => {
    let calls = 0;
    const due = Promise.withResolvers<void>();
    const alarm = new Alarm(() => {
      calls += 1;
      due.resolve();
    });
    const from = performance.now();
    alarm.set(from + 60_000);
    alarm.set(from + 5);
    alarm.set(from + 60_000);
    await due.promise;
    t.equal(calls, 1);
    t.ok(performance.now() - from >= 4);
    alarm.close();
    alarm.set(0);
  },
);
