import type { OpenAPIHono } from '@hono/zod-openapi';
import type { ApiContext, ApiEnv, Handle } from './env.ts';
import { loggedPath } from './logged-path.ts';
import { asProblem, Problem, problemResponse } from './problem.ts';

/** Everything thrown becomes a problem document; a mistake shows its request id and nothing more. */
export function answerError(error: unknown, c: ApiContext): Response {
  const problem = asProblem(error);
  if (problem !== null) return problemResponse(c, problem);
  const { logger } = c.env.foundation;
  logger.error(
    { err: error, request_id: c.get('requestId'), path: loggedPath(c.req.path) },
    'request failed',
  );
  return problemResponse(
    c,
    new Problem('internal', `Report this with the request id ${c.get('requestId')}.`),
  );
}

/** 404 for an unknown path, 405 with `Allow` for a known path with another method. */
export function answerNotFound(app: OpenAPIHono<ApiEnv>): Handle {
  return (c) => {
    const methods = methodsOf(app, c.req.path);
    if (methods.length === 0) {
      return problemResponse(c, new Problem('not_found', 'There is nothing at this path.'));
    }
    const allow = methods.includes('GET') ? [...methods, 'HEAD'] : methods;
    return problemResponse(
      c,
      new Problem('method_not_allowed', `This path knows ${allow.join(', ')}.`, {
        headers: { Allow: allow.join(', ') },
      }),
    );
  };
}

function methodsOf(app: OpenAPIHono<ApiEnv>, path: string): string[] {
  const methods = app.openAPIRegistry.definitions.flatMap((definition) =>
    definition.type === 'route' && matchesPath(definition.route.path, path)
      ? [definition.route.method.toUpperCase()]
      : [],
  );
  return [...new Set(methods)];
}

/** A parameter stands for one part that is not empty. */
export function matchesPath(template: string, path: string): boolean {
  const expected = template.split('/');
  const found = path.split('/');
  return (
    expected.length === found.length &&
    expected.every((part, at) => (part.startsWith('{') ? found[at] !== '' : part === found[at]))
  );
}
