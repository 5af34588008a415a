import { isDeepStrictEqual } from 'node:util';
import type { OpenAPIHono } from '@hono/zod-openapi';
import type { z } from 'zod';
import type { ApiEnv } from './env.ts';
import { matchesPath } from './failures.ts';
import { PROBLEMS } from './problem-catalogue.ts';
import { problemSchema } from './problem-schema.ts';

/** Throws when an answer is not as the operation documents it: status, type, every field. */
export async function checkAnswer(
  app: OpenAPIHono<ApiEnv>,
  method: string,
  path: string,
  response: Response,
): Promise<void> {
  const route = routeOf(app, method, path);
  const type = response.headers.get('content-type') ?? '';
  if (type.startsWith('application/problem+json')) await checkProblem(response);
  if (route === undefined || response.status === 307) return;
  const documented = route.responses[response.status];
  if (documented === undefined || '$ref' in documented) {
    throw new Error(`${route.operationId} does not document the status ${response.status}`);
  }
  const content = documented.content?.[type.split(';')[0] ?? ''] ?? documented.content?.['*/*'];
  if (content === undefined || '$ref' in content) {
    if (type === '' && documented.content === undefined) return;
    throw new Error(`${route.operationId} ${response.status} does not document "${type}"`);
  }
  if (!type.startsWith('application/json')) return;
  const body: unknown = await response.clone().json();
  const parsed = (content.schema as z.ZodType).parse(body);
  if (!isDeepStrictEqual(parsed, body)) {
    throw new Error(
      `${route.operationId} answers with undocumented fields: ${JSON.stringify(body)}`,
    );
  }
}

async function checkProblem(response: Response): Promise<void> {
  const problem = problemSchema.parse(await response.clone().json());
  const { status } = PROBLEMS[problem.code];
  if (problem.status !== response.status || status !== response.status) {
    throw new Error(`${problem.code} has status ${status}, not ${response.status}`);
  }
}

function routeOf(app: OpenAPIHono<ApiEnv>, method: string, path: string) {
  const pathname = path.split('?')[0] ?? '';
  for (const definition of app.openAPIRegistry.definitions) {
    if (definition.type !== 'route') continue;
    const { route } = definition;
    if (route.method === method.toLowerCase() && matchesPath(route.path, pathname)) return route;
  }
  return undefined;
}
