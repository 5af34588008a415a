import { z } from '@hono/zod-openapi';
import { fromMilliPoints, toMilliPoints } from '../lms/points.ts';

const EXAMPLE_TIME = '2026-11-20T17:00:00.000Z';

/** A time in an answer: RFC 3339, UTC, with ms. */
export const timestamp = z.iso
  .datetime({ precision: 3 })
  .openapi({ format: 'date-time', example: EXAMPLE_TIME });

/** A time in a request: RFC 3339 with any offset; becomes integer ms since the epoch. */
export const timestampMs = z
  .codec(z.iso.datetime({ offset: true }), z.int(), {
    decode: (text) => Date.parse(text),
    encode: (ms) => new Date(ms).toISOString(),
  })
  .openapi({ type: 'string', format: 'date-time', example: EXAMPLE_TIME });

/** Points in an answer: a multiple of 0.001. */
export const points = z.number().openapi({ multipleOf: 0.001, example: 87.5 });

/** Points in a request: a multiple of 0.001 from 0 to 1,000,000; become integer milli-points. */
export const milliPoints = z
  .codec(z.number().min(0).max(1_000_000), z.int(), {
    decode: (value, context) => {
      const milli = toMilliPoints(value);
      if (milli !== null) return milli;
      context.issues.push({
        code: 'custom',
        input: value,
        message: 'must be a multiple of 0.001',
      });
      return z.NEVER;
    },
    encode: fromMilliPoints,
  })
  .openapi({ type: 'number', minimum: 0, maximum: 1_000_000, multipleOf: 0.001, example: 87.5 });

/** Text of a request: well-formed Unicode without NUL, so that every node stores the same bytes. */
export function text(minChars: number, maxChars: number) {
  return z
    .string()
    .min(minChars)
    .max(maxChars)
    .refine((value) => value.isWellFormed() && !value.includes('\u0000'), {
      message: 'must be well-formed Unicode without NUL',
    });
}
