import { z } from '@hono/zod-openapi';
import { listMaterialPages } from '../../lms/queries/material-pages.ts';
import { searchCourse } from '../../lms/queries/passages.ts';
import { searchQueryOf } from '../../tutor/search-query.ts';
import { courseParams } from '../course-schema.ts';
import { idOf } from '../id-schema.ts';
import { maxQueryChars, maxSearchItems, maxTextPages } from '../limits.ts';
import {
  MATERIAL_PAGE_EXAMPLE,
  materialPageSchema,
  PASSAGE_EXAMPLE,
  passageSchema,
} from '../material-schema.ts';
import { json, operation, router } from '../operation.ts';
import { pageAnswer, pageOf, pageQuery, pageRequest } from '../page.ts';
import { read } from '../read.ts';
import { text } from '../units.ts';

const onMaterial = z.object({ material_id: idOf('mat') });

/** A whole number in a query string. */
function integer(min: number, max: number, example: number) {
  return z
    .string()
    .regex(/^\d{1,6}$/, 'must be an integer')
    .transform(Number)
    .pipe(z.int().min(min).max(max))
    .optional()
    .openapi({ type: 'integer', minimum: min, maximum: max, example });
}

const pagesOperation = operation(
  {
    method: 'get',
    path: '/v1/materials/{material_id}/pages',
    operationId: 'listMaterialPages',
    summary: 'The text of a material, page by page',
    description: `As the tutor reads it; pages without text are left out. At most ${maxTextPages} at once.`,
    tags: ['materials'],
    request: {
      params: onMaterial,
      query: pageQuery(z.tuple([z.int()])).extend({
        from: integer(1, 100_000, 1),
        to: integer(1, 100_000, 10),
      }),
    },
    responses: {
      200: json(pageOf(materialPageSchema, 'PageText'), 'Pages with their text.', {
        items: [MATERIAL_PAGE_EXAMPLE],
        next_cursor: null,
      }),
    },
  },
  { problems: ['not_found', 'invalid_cursor'] },
);

const searchOperation = operation(
  {
    method: 'get',
    path: '/v1/courses/{course_id}/materials/search',
    operationId: 'searchMaterials',
    summary: 'Search the materials of a course',
    description: 'Passages with their pages, best first. Any of the words may match.',
    tags: ['materials'],
    request: {
      params: courseParams,
      query: z.strictObject({
        q: text(1, maxQueryChars).openapi({ example: 'leader election' }),
        limit: integer(1, maxSearchItems, 10),
      }),
    },
    responses: {
      200: json(z.object({ items: z.array(passageSchema) }), 'What was found.', {
        items: [PASSAGE_EXAMPLE],
      }),
    },
  },
  { problems: ['not_found'] },
);

const defaultSearchItems = 10;

export function materialTextRoutes() {
  const app = router();

  app.openapi(pagesOperation, async (c) => {
    const { material_id } = c.req.valid('param');
    const { from = 1, to = Number.MAX_SAFE_INTEGER, ...query } = c.req.valid('query');
    const { limit, after } = pageRequest(query);
    const page = await read(c, (reader, actor) =>
      listMaterialPages(
        reader,
        actor,
        material_id,
        { from, to },
        { limit: Math.min(limit, maxTextPages), after },
      ),
    );
    return c.json(pageAnswer(c, page), 200);
  });

  app.openapi(searchOperation, async (c) => {
    const { course_id } = c.req.valid('param');
    const { q, limit = defaultSearchItems } = c.req.valid('query');
    const items = await read(c, (reader, actor) =>
      searchCourse(reader, actor, course_id, searchQueryOf(q), limit),
    );
    return c.json({ items }, 200);
  });

  return app;
}
