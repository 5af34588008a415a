import t from 'tap';
import { freePorts } from '../../test/fixtures/free-ports.ts';
import { DemoClient, DemoError } from './demo-client.ts';

t.test('a node that is gone is what the demo ends with, not a fault of the program', async (t) => {
  const [port] = await freePorts(1);
  await t.rejects(DemoClient.login(`http://127.0.0.1:${port}`, 'admin', 'pass123'), DemoError);
});
