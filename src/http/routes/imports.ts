import { z } from '@hono/zod-openapi';
import { applyImport } from '../../lms/commands/apply-import.ts';
import { undoImport } from '../../lms/commands/undo-import.ts';
import {
  listImportChanges,
  listImports,
  requireReadableImport,
} from '../../lms/queries/imports.ts';
import { ifMatchParameter } from '../components.ts';
import {
  IMPORT_CHANGE_EXAMPLE,
  IMPORT_EXAMPLE,
  importChangeSchema,
  importParams,
  importSchema,
} from '../import-schema.ts';
import { json, jsonBody, operation, router } from '../operation.ts';
import { pageAnswer, pageOf, pageQuery, pageRequest } from '../page.ts';
import { expectedVersion } from '../preconditions.ts';
import { read } from '../read.ts';
import { submit } from '../submit.ts';

const list = operation(
  {
    method: 'get',
    path: '/v1/imports',
    operationId: 'listImports',
    summary: 'List the imports of rosters',
    description: 'Newest first. For administrators.',
    tags: ['imports'],
    request: { query: pageQuery(z.tuple([z.int()])) },
    responses: {
      200: json(pageOf(importSchema, 'Import'), 'A page of imports.', {
        items: [IMPORT_EXAMPLE],
        next_cursor: null,
      }),
    },
  },
  { problems: ['forbidden', 'invalid_cursor'] },
);

const get = operation(
  {
    method: 'get',
    path: '/v1/imports/{import_id}',
    operationId: 'getImport',
    summary: 'Read an import',
    description: 'Its state, its counts, and why it is held. For administrators.',
    tags: ['imports'],
    request: { params: importParams },
    responses: { 200: json(importSchema, 'The import.', IMPORT_EXAMPLE) },
  },
  { problems: ['forbidden', 'not_found'] },
);

const changes = operation(
  {
    method: 'get',
    path: '/v1/imports/{import_id}/changes',
    operationId: 'listImportChanges',
    summary: 'Read what an import does, row by row',
    description:
      'The diff: what each row is and becomes, and from which line of which file. After applying and undoing it ' +
      'says what became of each. For administrators, for 30 days.',
    tags: ['imports'],
    request: {
      params: importParams,
      query: pageQuery(z.tuple([z.int()])).extend({
        state: z
          .enum(['conflict'])
          .optional()
          .openapi({ description: '`conflict`: only those.', example: 'conflict' }),
      }),
    },
    responses: {
      200: json(pageOf(importChangeSchema, 'ImportChange'), 'A page of changes.', {
        items: [IMPORT_CHANGE_EXAMPLE],
        next_cursor: null,
      }),
    },
  },
  { problems: ['forbidden', 'not_found', 'invalid_cursor'] },
);

const apply = operation(
  {
    method: 'post',
    path: '/v1/imports/{import_id}/apply',
    operationId: 'applyImport',
    summary: 'Apply an import',
    description:
      'One that is held needs `"approve": true`. A small import is `applied` in the answer; of a large one the state is ' +
      '`applying`, and the cluster goes on by itself, whichever nodes die: read the import until it is `applied`. Where ' +
      'something was changed after the plan, all that was applied is taken back, and the state is `failed`: see ' +
      'the changes with `state=conflict`, and send the roster again.',
    tags: ['imports'],
    parameters: [ifMatchParameter(false)],
    request: {
      params: importParams,
      body: jsonBody(z.strictObject({ approve: z.boolean().optional() }), { approve: true }),
    },
    responses: {
      200: json(importSchema, 'The import.', { ...IMPORT_EXAMPLE, state: 'applied', version: 3 }),
    },
  },
  { problems: ['forbidden', 'not_found', 'conflict', 'import_held', 'closed', 'version_mismatch'] },
);

const undo = operation(
  {
    method: 'post',
    path: '/v1/imports/{import_id}/undo',
    operationId: 'undoImport',
    summary: 'Undo an import',
    description:
      'Within 30 days. Every row is restored as it was, version and times included, unless somebody changed it since, ' +
      'or it is in use: those are left as they are and named as conflicts. A large import is `undoing` in the answer.',
    tags: ['imports'],
    parameters: [ifMatchParameter(false)],
    request: { params: importParams },
    responses: {
      200: json(importSchema, 'The import.', { ...IMPORT_EXAMPLE, state: 'undone', version: 5 }),
    },
  },
  { problems: ['forbidden', 'not_found', 'conflict', 'closed', 'version_mismatch'] },
);

export function importRoutes() {
  const app = router();

  app.openapi(list, async (c) => {
    const query = c.req.valid('query');
    const page = await read(c, (reader, actor) => listImports(reader, actor, pageRequest(query)));
    return c.json(pageAnswer(c, page), 200);
  });

  app.openapi(get, async (c) => {
    const { import_id } = c.req.valid('param');
    const found = await read(c, (reader, actor) => requireReadableImport(reader, actor, import_id));
    return c.json(found, 200);
  });

  app.openapi(changes, async (c) => {
    const { import_id } = c.req.valid('param');
    const query = c.req.valid('query');
    const page = await read(c, (reader, actor) =>
      listImportChanges(reader, actor, import_id, pageRequest(query), query.state === 'conflict'),
    );
    return c.json(pageAnswer(c, page), 200);
  });

  app.openapi(apply, async (c) => {
    const { import_id } = c.req.valid('param');
    const { approve = false } = c.req.valid('json');
    const payload = { import_id, approve, ...expectedVersion(c) };
    return c.json(await submit(c, applyImport, payload), 200);
  });

  app.openapi(undo, async (c) => {
    const { import_id } = c.req.valid('param');
    const payload = { import_id, ...expectedVersion(c) };
    return c.json(await submit(c, undoImport, payload), 200);
  });

  return app;
}
