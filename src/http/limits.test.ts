import t from 'tap';
import { defaultMaxFileBytes, requestTimeoutMs, silenceTimeoutMs } from './limits.ts';

const bitsPerByte = 8;

t.test('the largest file can be sent over a line of one megabit per second', (t) => {
  const bitsPerSecond = (defaultMaxFileBytes * bitsPerByte) / (requestTimeoutMs / 1000);
  t.ok(bitsPerSecond <= 1_000_000, String(bitsPerSecond));
  t.ok(silenceTimeoutMs < requestTimeoutMs, 'who sends nothing is cut earlier');
  t.end();
});
