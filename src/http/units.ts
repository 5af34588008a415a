import { z } from '@hono/zod-openapi';
import { fromHundredths, toHundredths } from '../lms/percent.ts';
import { fromMilliPoints, toMilliPoints } from '../lms/points.ts';

const FIRST_MS = Date.parse('0000-01-01T00:00:00.000Z');
const LAST_MS = Date.parse('9999-12-31T23:59:59.999Z');
const IN_RANGE = 'must be within the years 0000 to 9999 in UTC';

const EXAMPLE_TIME = '2026-11-20T17:00:00.000Z';

/** A time in an answer: RFC 3339, UTC, with ms. */
export const timestamp = z.iso
  .datetime({ precision: 3 })
  .openapi({ format: 'date-time', example: EXAMPLE_TIME });

/**
 * A time in a request: RFC 3339 with any offset; becomes integer ms since the epoch. The offset must
 * not move it out of the four-digit years: it could not be written as RFC 3339 any more.
 */
export const timestampMs = z
  .codec(z.iso.datetime({ offset: true }), z.int().min(FIRST_MS, IN_RANGE).max(LAST_MS, IN_RANGE), {
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

/** A percentage in an answer: a multiple of 0.01. */
export const percent = z.number().openapi({ multipleOf: 0.01, example: 5 });

/** A percentage in a request, from 0 to 100, a multiple of 0.01; becomes integer hundredths. */
export const percentHundredths = z
  .codec(z.number().min(0).max(100), z.int(), {
    decode: (value, context) => {
      const hundredths = toHundredths(value);
      if (hundredths !== null) return hundredths;
      context.issues.push({ code: 'custom', input: value, message: 'must be a multiple of 0.01' });
      return z.NEVER;
    },
    encode: fromHundredths,
  })
  .openapi({ type: 'number', minimum: 0, maximum: 100, multipleOf: 0.01, example: 5 });

/** Text of a request: well-formed Unicode without NUL, so that every node stores the same bytes. */
export function text(minChars: number, maxChars: number) {
  return z
    .string()
    .min(minChars, { abort: true })
    .max(maxChars, { abort: true })
    .refine((value) => value.isWellFormed() && !value.includes('\u0000'), {
      message: 'must be well-formed Unicode without NUL',
      abort: true,
    });
}

/** A name or title: one line that is not blank. */
export function line(maxChars: number) {
  return text(1, maxChars)
    .regex(/\S/, 'must not be blank')
    .refine((value) => !/[\p{Cc}\u2028\u2029]/u.test(value), {
      message: 'must be one line without control characters',
    });
}

/** Markdown that somebody says something with: not blank, kept as it is. */
export function message(maxChars: number) {
  return text(1, maxChars).regex(/\S/, 'must not be blank');
}
