import type { OpenAPIHono } from '@hono/zod-openapi';
import type { ApiEnv } from './env.ts';
import {
  defaultDeadlineMs,
  maxDeadlineMs,
  maxIdempotencyKeyChars,
  minDeadlineMs,
} from './limits.ts';
import { problemExamples } from './problem-schema.ts';
import { SCOPE_TEXT } from './scopes.ts';

const PARAMETERS = {
  IdempotencyKey: {
    name: 'Idempotency-Key',
    in: 'header',
    description:
      'Names this request for 7 days: a repeat is answered with the first answer and changes nothing.',
    schema: { type: 'string', minLength: 1, maxLength: maxIdempotencyKeyChars },
    example: '5b0f8f0e-6f0c-4d58-9a3e-0e4e3a6a1d11',
  },
  Consistency: {
    name: 'LMS-Consistency',
    in: 'header',
    description:
      '`linearizable`: nothing that was acknowledged before is missed. `local`: what this node has.',
    schema: { type: 'string', enum: ['linearizable', 'local'], default: 'linearizable' },
    example: 'linearizable',
  },
  MinIndex: {
    name: 'LMS-Min-Index',
    in: 'header',
    description:
      'Wait until this node has applied this `LMS-Index`: read your own writes anywhere.',
    schema: { type: 'integer', minimum: 0 },
    example: 1234,
  },
  TimeoutMs: {
    name: 'LMS-Timeout-Ms',
    in: 'header',
    description: 'How long the request may wait for a majority of nodes.',
    schema: {
      type: 'integer',
      minimum: minDeadlineMs,
      maximum: maxDeadlineMs,
      default: defaultDeadlineMs,
    },
    example: defaultDeadlineMs,
  },
} as const;

const HEADERS = {
  LMSIndex: {
    description: 'The last log entry that the answer reflects.',
    schema: { type: 'integer' },
    example: 1234,
  },
  LMSLeader: {
    description: 'The id of the leader as this node knows it; absent when none is known.',
    schema: { type: 'string' },
    example: 'n1',
  },
  XRequestId: {
    description: 'The id of this request, in the logs too.',
    schema: { type: 'string' },
    example: '019a9457c1d07c1e8a5f4c2b7d3e9f10',
  },
  ETag: {
    description: 'The version of the resource, when it has one; for `If-Match`.',
    schema: { type: 'string' },
    example: '"3"',
  },
  IdempotencyReplayed: {
    description: 'This is the stored answer to an earlier request with the same `Idempotency-Key`.',
    schema: { type: 'string', enum: ['true'] },
    example: 'true',
  },
  Link: {
    description: 'The next page, as `rel="next"` (RFC 8288); absent on the last.',
    schema: { type: 'string' },
    example: '</v1/courses?cursor=WyJjcnNfMDE5YTk0NTciXQ>; rel="next"',
  },
  Location: {
    description: 'Where it is: what was made, or the leader.',
    schema: { type: 'string' },
    example: '/v1/courses/crs_019a9457c1d07c1e8a5f4c2b7d3e9f10',
  },
} as const;

const parameter = (name: keyof typeof PARAMETERS) => ({ $ref: `#/components/parameters/${name}` });
const header = (name: keyof typeof HEADERS) => ({ $ref: `#/components/headers/${name}` });

/** References to the request headers that an operation of this shape understands. */
export function requestParameters(shape: { isRead: boolean; isPost: boolean }) {
  return [
    ...(shape.isPost ? [parameter('IdempotencyKey')] : []),
    ...(shape.isRead ? [parameter('Consistency'), parameter('MinIndex')] : []),
    parameter('TimeoutMs'),
  ];
}

/** References to the headers of an answer of success. */
export function responseHeaders(status: string, shape: { isPost: boolean; isList: boolean }) {
  return {
    'LMS-Index': header('LMSIndex'),
    'LMS-Leader': header('LMSLeader'),
    'X-Request-Id': header('XRequestId'),
    ...((status === '201' || status === '307') && { Location: header('Location') }),
    ...((status === '200' || status === '201') && { ETag: header('ETag') }),
    ...(shape.isList && { Link: header('Link') }),
    ...(shape.isPost &&
      status !== '307' && { 'Idempotency-Replayed': header('IdempotencyReplayed') }),
  };
}

/** `If-Match`, for the `parameters` of operations that call `requireIfMatch`. */
export function ifMatchParameter(required: boolean) {
  return {
    name: 'If-Match',
    in: 'header' as const,
    required,
    description: 'The `ETag` of the version that the change is based on.',
    schema: { type: 'string' as const },
    example: '"3"',
  };
}

export function registerComponents(app: OpenAPIHono<ApiEnv>): void {
  const registry = app.openAPIRegistry;
  for (const [name, component] of Object.entries(PARAMETERS)) {
    registry.registerComponent('parameters', name, component as never);
  }
  for (const [name, component] of Object.entries(HEADERS)) {
    registry.registerComponent('headers', name, component as never);
  }
  for (const { code, value } of problemExamples()) {
    registry.registerComponent('examples', code, { value });
  }
  registry.registerComponent('securitySchemes', 'bearer', {
    type: 'http',
    scheme: 'bearer',
    description: `The \`token\` of \`POST /v1/auth/login\`. ${SCOPE_TEXT}`,
  });
}
