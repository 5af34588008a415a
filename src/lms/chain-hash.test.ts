import { createHash } from 'node:crypto';
import fc from 'fast-check';
import t from 'tap';
import { chainHash } from './chain-hash.ts';

t.test('it is SHA-256 over the parts, whatever their length', (t) => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 32, maxLength: 32 }),
      fc.maxSafeNat(),
      fc.nat(),
      fc.constantFrom(0 as const, 1 as const, 2 as const),
      fc.uint8Array({ maxLength: 300 }),
      fc.tuple(fc.string({ unit: 'binary' }), fc.constantFrom(1, 9000)),
      (previous, index, term, type, command, [text, times]) => {
        const result = text.repeat(times);
        const head = Buffer.alloc(17);
        head.writeBigUInt64BE(BigInt(index), 0);
        head.writeBigUInt64BE(BigInt(term), 8);
        head.writeUInt8(type, 16);
        const expected = createHash('sha256')
          .update(previous)
          .update(head)
          .update(command)
          .update(result)
          .digest('hex');
        const hash = chainHash(previous, { index, term, type, command }, result);
        return Buffer.from(hash).toString('hex') === expected;
      },
    ),
  );
  t.end();
});
