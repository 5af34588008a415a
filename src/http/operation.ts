import { createRoute, OpenAPIHono, type RouteConfig, z } from '@hono/zod-openapi';
import { requestParameters, responseHeaders } from './components.ts';
import type { ApiEnv } from './env.ts';
import { guard } from './guard.ts';
import { maxJsonBytes } from './limits.ts';
import type { ProblemCode } from './problem-catalogue.ts';
import { problemResponses } from './problem-schema.ts';
import { validationHook } from './validation.ts';

type OperationConfig = Omit<RouteConfig, 'path' | 'operationId' | 'middleware' | 'security'> & {
  readonly path: string;
  /** Unique, camelCase; generated clients name their functions after it. */
  readonly operationId: string;
  readonly summary: string;
  readonly tags: string[];
};

interface OperationOptions {
  /** Codes beside those that every operation of this shape can answer with. */
  readonly problems?: readonly ProblemCode[];
  /** `public`: nobody has to be logged in. */
  readonly access?: 'session' | 'public';
  /** For a method that is not GET but does not go through the log. */
  readonly isWrite?: boolean;
  readonly maxJsonBytes?: number;
}

/**
 * One operation: its OpenAPI description and the guard in front of it (caller, limits, redirect,
 * body), in one declaration. Answers with errors by throwing `Problem` or `Refusal`, so only the
 * answers of success are part of its type.
 */
export function operation<const P extends string, R extends OperationConfig & { path: P }>(
  config: R,
  options: OperationOptions = {},
) {
  const isRead = config.method === 'get' || config.method === 'head';
  const isWrite = options.isWrite ?? !isRead;
  const isPublic = options.access === 'public';
  // Probes and scrapers add parameters of their own to the paths that are for them.
  const isStrict = config.path.startsWith('/v1/');
  const query = config.request?.query;
  const accepted = Object.keys(config.request?.body?.content ?? {});
  return createRoute<P, R>({
    ...config,
    ...(!isPublic && { security: [{ bearer: [] }] }),
    ...(isPublic && { security: [] }),
    parameters: [
      ...requestParameters({ isRead: isRead && !isPublic, isPost: config.method === 'post' }),
      ...(config.parameters ?? []),
    ],
    responses: {
      ...withHeaders(config.responses, {
        isPost: config.method === 'post' && !isPublic,
        isList: query instanceof z.ZodObject && 'cursor' in query.shape,
      }),
      ...(isWrite && { 307: REDIRECT }),
      ...problemResponses([
        ...standardProblems({ isStrict, isWrite, isPublic, hasBody: accepted.length > 0 }),
        ...(config.method === 'post' && isWrite && !isPublic ? IDEMPOTENCY_PROBLEMS : []),
        ...(options.problems ?? []),
      ]),
    },
    middleware: [
      guard({
        operationId: config.operationId,
        isPublic,
        isWrite,
        refusesQuery: isStrict && query === undefined,
        accepted,
        maxJsonBytes: options.maxJsonBytes ?? maxJsonBytes,
      }),
    ],
  });
}

/** An app for the operations of one resource; mounted in `app.ts`. */
export function router() {
  return new OpenAPIHono<ApiEnv>({ defaultHook: validationHook });
}

/** A JSON answer with its example. */
export function json<Schema extends z.ZodType>(
  schema: Schema,
  description: string,
  example: z.input<Schema>,
) {
  return { description, content: { 'application/json': { schema, example } } };
}

/** A JSON request body with its example. */
export function jsonBody<Schema extends z.ZodType>(schema: Schema, example: z.input<Schema>) {
  return { required: true, content: { 'application/json': { schema, example } } };
}

/** A JSON Merge Patch body (RFC 7396); `application/json` is understood alike. */
export function patchBody<Schema extends z.ZodType>(schema: Schema, example: z.input<Schema>) {
  return {
    required: true,
    content: {
      'application/merge-patch+json': { schema, example },
      'application/json': { schema, example },
    },
  };
}

const REDIRECT = {
  description:
    'To the same path on the leader, when `Prefer: redirect` or the cluster asks for it.',
  headers: responseHeaders('307', { isPost: false, isList: false }),
};

const IDEMPOTENCY_PROBLEMS: readonly ProblemCode[] = [
  'idempotency_key_reused',
  'idempotency_in_flight',
];

function standardProblems(shape: {
  isStrict: boolean;
  isWrite: boolean;
  isPublic: boolean;
  hasBody: boolean;
}): ProblemCode[] {
  return [
    'invalid_request',
    'invalid_header',
    'internal',
    ...(shape.isStrict ? (['unknown_field'] as const) : []),
    ...(shape.isPublic ? [] : (['unauthenticated', 'no_quorum', 'unavailable'] as const)),
    ...(shape.isWrite ? (['no_quorum', 'unavailable', 'overloaded', 'disk_low'] as const) : []),
    ...(shape.isWrite && !shape.isPublic ? (['session_ended', 'account_not_active'] as const) : []),
    ...(shape.hasBody
      ? (['invalid_json', 'payload_too_large', 'unsupported_media_type'] as const)
      : []),
  ];
}

function withHeaders(
  responses: RouteConfig['responses'],
  shape: Parameters<typeof responseHeaders>[1],
): RouteConfig['responses'] {
  return Object.fromEntries(
    Object.entries(responses).map(([status, response]) => [
      status,
      '$ref' in response
        ? response
        : { ...response, headers: { ...responseHeaders(status, shape), ...response.headers } },
    ]),
  );
}
