import { z } from '@hono/zod-openapi';
import { PROBLEMS } from './problem-catalogue.ts';
import type { ProblemCode } from './problem-kind.ts';

/** RFC 9457, as `problemResponse` writes it. */
export const problemSchema = z
  .looseObject({
    type: z.string().openapi({ example: '/problems/not_found' }),
    title: z.string(),
    status: z.int(),
    detail: z.string().openapi({ description: 'What happened this time, for people.' }),
    instance: z.string().openapi({ description: 'The path of the request.' }),
    code: z.enum(Object.keys(PROBLEMS) as [ProblemCode, ...ProblemCode[]]),
    request_id: z.string(),
    retryable: z.boolean(),
    errors: z.array(
      z.object({
        pointer: z
          .string()
          .openapi({ description: 'JSON pointer into the body (RFC 6901), or `/query/<name>`.' }),
        code: z.string(),
        detail: z.string(),
      }),
    ),
    outcome: z
      .enum(['not_applied', 'unknown'])
      .optional()
      .openapi({ description: 'Of a write without a result.' }),
    current_version: z.int().optional().openapi({ description: 'With `version_mismatch`.' }),
  })
  .openapi('Problem');

/** OpenAPI responses for these codes: one per status, an example per code. */
export function problemResponses(codes: Iterable<ProblemCode>) {
  const byStatus = Map.groupBy(new Set(codes), (code) => PROBLEMS[code].status);
  return Object.fromEntries(
    [...byStatus].map(([status, group]) => [
      status,
      {
        description: group.map((code) => `\`${code}\`: ${PROBLEMS[code].title}.`).join(' '),
        content: {
          'application/problem+json': {
            schema: problemSchema,
            examples: Object.fromEntries(
              group.map((code) => [code, { $ref: `#/components/examples/${code}` }]),
            ),
          },
        },
      },
    ]),
  );
}

/** Of each code one, for `components/examples`. */
export function problemExamples() {
  return (Object.keys(PROBLEMS) as ProblemCode[]).map((code) => ({ code, value: exampleOf(code) }));
}

function exampleOf(code: ProblemCode) {
  const { title, status, retryable, description } = PROBLEMS[code];
  return {
    type: `/problems/${code}`,
    title,
    status,
    detail: description,
    instance: '/v1/…',
    code,
    request_id: '019a9457c1d07c1e8a5f4c2b7d3e9f10',
    retryable,
    errors: [],
  };
}
