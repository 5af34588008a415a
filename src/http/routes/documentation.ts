import { readFileSync } from 'node:fs';
import { z } from '@hono/zod-openapi';
import { type OpenApiDocument, openApiYaml } from '../openapi.ts';
import { json, operation, router } from '../operation.ts';
import { Problem } from '../problem.ts';
import { PROBLEMS } from '../problem-catalogue.ts';
import type { ProblemCode } from '../problem-kind.ts';

/** The page has no script and no inline style, and loads nothing from elsewhere. */
const PAGE_POLICY =
  "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const STYLE = readFileSync(new URL('../docs/style.css', import.meta.url), 'utf8');

function textOperation(path: string, operationId: string, summary: string, mediaType: string) {
  return operation(
    {
      method: 'get',
      path,
      operationId,
      summary,
      tags: ['documentation'],
      responses: {
        200: {
          description: 'The text.',
          content: { [mediaType]: { schema: z.string(), example: '…' } },
        },
      },
    },
    { access: 'public' },
  );
}

const getOpenApiYaml = textOperation(
  '/openapi.yaml',
  'getOpenApiYaml',
  'This description as YAML',
  'application/yaml',
);
const getDocs = textOperation('/docs', 'getDocs', 'This description as a page', 'text/html');
const getDocsStyle = textOperation(
  '/docs/style.css',
  'getDocsStyle',
  'The style of the page',
  'text/css',
);

const getOpenApiJson = operation(
  {
    method: 'get',
    path: '/openapi.json',
    operationId: 'getOpenApiJson',
    summary: 'This description as JSON',
    tags: ['documentation'],
    responses: {
      200: json(z.looseObject({ openapi: z.string() }), 'An OpenAPI 3.1 document.', {
        openapi: '3.1.0',
      }),
    },
  },
  { access: 'public' },
);

const problemKindSchema = z
  .object({
    code: z.string(),
    type: z.string(),
    status: z.int(),
    title: z.string(),
    retryable: z.boolean(),
    description: z.string(),
  })
  .openapi('ProblemKind');

const NOT_FOUND_KIND = describe('not_found');

const listProblems = operation(
  {
    method: 'get',
    path: '/problems',
    operationId: 'listProblems',
    summary: 'Every problem that this API answers with',
    tags: ['documentation'],
    responses: {
      200: json(z.object({ items: z.array(problemKindSchema) }), 'The catalogue.', {
        items: [NOT_FOUND_KIND],
      }),
    },
  },
  { access: 'public' },
);

const getProblem = operation(
  {
    method: 'get',
    path: '/problems/{code}',
    operationId: 'getProblem',
    summary: 'What a problem means',
    tags: ['documentation'],
    request: { params: z.object({ code: z.string().openapi({ example: 'not_found' }) }) },
    responses: { 200: json(problemKindSchema, 'The problem.', NOT_FOUND_KIND) },
  },
  { access: 'public', problems: ['not_found'] },
);

/** JSON as far as the type of the answer goes. */
type JsonDocument = { readonly [member: string]: string; readonly openapi: string };

/** @param document made when it is first asked for: by then every resource is mounted. */
export function documentationRoutes(document: () => OpenApiDocument) {
  const app = router();

  app.openapi(getOpenApiYaml, async (c) =>
    c.body(await openApiYaml(document()), 200, { 'Content-Type': 'application/yaml' }),
  );

  app.openapi(getOpenApiJson, (c) => c.json(document() as unknown as JsonDocument, 200));

  app.openapi(getDocs, async (c) => {
    const { renderDocs } = await import('../docs/render-docs.ts');
    return c.body(renderDocs(document()), 200, {
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Security-Policy': PAGE_POLICY,
    });
  });

  app.openapi(getDocsStyle, (c) => c.body(STYLE, 200, { 'Content-Type': 'text/css' }));

  app.openapi(listProblems, (c) =>
    c.json({ items: Object.keys(PROBLEMS).map((code) => describe(code as ProblemCode)) }, 200),
  );

  app.openapi(getProblem, (c) => {
    const { code } = c.req.valid('param');
    if (!Object.hasOwn(PROBLEMS, code)) throw new Problem('not_found', 'There is no such problem.');
    return c.json(describe(code as ProblemCode), 200);
  });

  return app;
}

function describe(code: ProblemCode) {
  return { code, type: `/problems/${code}`, ...PROBLEMS[code] };
}
