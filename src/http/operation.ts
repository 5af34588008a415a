import { createRoute, OpenAPIHono, type RouteConfig, z } from '@hono/zod-openapi';
import type { Handler, MiddlewareHandler } from 'hono';
import { requestParameters, responseHeaders } from './components.ts';
import type { ApiEnv, Handle } from './env.ts';
import { guard } from './guard.ts';
import { maxJsonBytes } from './limits.ts';
import { unjudgedConditions } from './preconditions.ts';
import type { ProblemCode } from './problem-kind.ts';
import { problemResponses } from './problem-schema.ts';
import { type RequiredScope, scopeOf } from './scopes.ts';
import { TemplateRouter } from './template-router.ts';

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
  /** What a personal token needs; default: by the tag, see `scopes.ts`. `login`: none will do. */
  readonly scope?: RequiredScope;
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
  const scope = options.scope ?? scopeOf(config.tags, isRead);
  // Probes and scrapers add parameters of their own to the paths that are for them.
  const isStrict = config.path.startsWith('/v1/');
  const query = config.request?.query;
  const accepted = Object.keys(config.request?.body?.content ?? {});
  return createRoute<P, R>({
    ...config,
    ...(!isPublic && { security: [{ bearer: [scope] }] }),
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
        scope,
        isWrite,
        refusesQuery: isStrict && query === undefined,
        accepted,
        unjudged: unjudgedConditions(config.method, config.parameters),
        query: zodOrNull(query),
        params: zodOrNull(config.request?.params),
        json: jsonSchema(config),
        requiresBody: config.request?.body?.required === true,
        maxJsonBytes: options.maxJsonBytes ?? maxJsonBytes,
      }),
    ],
  });
}

/** A handler answers; there is nothing behind it. */
const noNext = () => Promise.resolve();

/** An app for the operations of one resource; mounted in `app.ts`. */
export function router() {
  const app = new OpenAPIHono<ApiEnv>({ router: new TemplateRouter() });
  // The guard has validated; the library would do it again, in one more turn per part.
  const register = (operation: RouteConfig & { middleware: [MiddlewareHandler] }, run: Handler) => {
    const { middleware, ...route } = operation;
    const [guard] = middleware;
    const handle: Handle = (c) => guard(c, () => run(c, noNext)) as Promise<Response>;
    app.openAPIRegistry.registerPath(route);
    const path = route.path.replaceAll(/\/{(.+?)}/g, '/:$1');
    return app.on([route.method], [path], (c) => c.env.arrive(c, handle));
  };
  app.openapi = register as unknown as typeof app.openapi;
  return app;
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

function zodOrNull(schema: unknown): z.ZodType | null {
  return schema instanceof z.ZodType ? schema : null;
}

/** All JSON types of a body share one schema. */
function jsonSchema(config: OperationConfig): z.ZodType | null {
  const contents = Object.entries(config.request?.body?.content ?? {});
  const json = contents.find(([type]) => type.endsWith('json'));
  const content = json?.[1];
  return content !== undefined && 'schema' in content ? zodOrNull(content.schema) : null;
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
    'headers_too_large',
    ...(shape.isStrict ? (['unknown_field'] as const) : []),
    ...(shape.isPublic
      ? []
      : (['unauthenticated', 'insufficient_scope', 'no_quorum', 'unavailable'] as const)),
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
