import { z } from '@hono/zod-openapi';
import { deleteMaterial } from '../../lms/commands/delete-material.ts';
import { updateMaterial } from '../../lms/commands/update-material.ts';
import { uploadMaterial } from '../../lms/commands/upload-material.ts';
import { getMaterial, listMaterials } from '../../lms/queries/materials.ts';
import { ifMatchParameter } from '../components.ts';
import { courseParams } from '../course-schema.ts';
import { idOf } from '../id-schema.ts';
import { newId } from '../ids.ts';
import {
  MATERIAL_EXAMPLE,
  materialPatchSchema,
  materialSchema,
  materialWithTextSchema,
  newMaterialSchema,
} from '../material-schema.ts';
import { json, jsonBody, operation, patchBody, router } from '../operation.ts';
import { pageAnswer, pageOf, pageQuery, pageRequest } from '../page.ts';
import { expectedVersion } from '../preconditions.ts';
import { present } from '../present.ts';
import { read } from '../read.ts';
import { submit } from '../submit.ts';
import type { TutorParts } from '../tutor-parts.ts';

const onMaterial = z.object({ material_id: idOf('mat') });
const changing = ['forbidden', 'not_found', 'course_not_active', 'version_mismatch'] as const;
const withText = { ...MATERIAL_EXAMPLE, text_md: null };

const listOperation = operation(
  {
    method: 'get',
    path: '/v1/courses/{course_id}/materials',
    operationId: 'listMaterials',
    summary: 'The materials of a course',
    description: 'Oldest first.',
    tags: ['materials'],
    request: { params: courseParams, query: pageQuery(z.tuple([z.string()])) },
    responses: {
      200: json(pageOf(materialSchema, 'Material'), 'A page of materials.', {
        items: [MATERIAL_EXAMPLE],
        next_cursor: null,
      }),
    },
  },
  { problems: ['not_found', 'invalid_cursor'] },
);

const uploadOperation = operation(
  {
    method: 'post',
    path: '/v1/courses/{course_id}/materials',
    operationId: 'uploadMaterial',
    summary: 'Add a material',
    description:
      'A file (upload it first) or a text. Its text is read afterwards by one of the nodes: ' +
      '`extraction` shows how far it is. A file that cannot be read stays a file for download.',
    tags: ['materials'],
    request: {
      params: courseParams,
      body: jsonBody(newMaterialSchema, {
        title: MATERIAL_EXAMPLE.title,
        file_id: 'fil_019a9457c1d07c1e8a5f4c2b7d3e9f10',
      }),
    },
    responses: { 201: json(materialWithTextSchema, 'The new material.', withText) },
  },
  { problems: ['forbidden', 'not_found', 'course_not_active', 'invalid_value'] },
);

const getOperation = operation(
  {
    method: 'get',
    path: '/v1/materials/{material_id}',
    operationId: 'getMaterial',
    summary: 'A material',
    tags: ['materials'],
    request: { params: onMaterial },
    responses: { 200: json(materialWithTextSchema, 'The material.', withText) },
  },
  { problems: ['not_found'] },
);

const updateOperation = operation(
  {
    method: 'patch',
    path: '/v1/materials/{material_id}',
    operationId: 'updateMaterial',
    summary: 'Rename a material or change its topic',
    description:
      'JSON Merge Patch; `null` takes the topic away. Another content: another material.',
    tags: ['materials'],
    parameters: [ifMatchParameter(false)],
    request: {
      params: onMaterial,
      body: patchBody(materialPatchSchema, { topic: 'leader election' }),
    },
    responses: { 200: json(materialWithTextSchema, 'The material as it is now.', withText) },
  },
  { problems: changing },
);

const deleteOperation = operation(
  {
    method: 'delete',
    path: '/v1/materials/{material_id}',
    operationId: 'deleteMaterial',
    summary: 'Delete a material',
    description: 'Neither search nor tutor find it any more.',
    tags: ['materials'],
    parameters: [ifMatchParameter(false)],
    request: { params: onMaterial },
    responses: { 204: { description: 'It is deleted.' } },
  },
  { problems: changing },
);

export function materialRoutes(tutor: Pick<TutorParts, 'uploaded'>) {
  const app = router();

  app.openapi(listOperation, async (c) => {
    const { course_id } = c.req.valid('param');
    const query = c.req.valid('query');
    const page = await read(c, (reader, actor) =>
      listMaterials(reader, actor, course_id, pageRequest(query)),
    );
    return c.json(pageAnswer(c, page), 200);
  });

  app.openapi(uploadOperation, async (c) => {
    const { topic, ...rest } = c.req.valid('json');
    const material = await submit(c, uploadMaterial, {
      material_id: newId('mat'),
      ...c.req.valid('param'),
      topic: topic ?? null,
      ...present(rest),
    });
    tutor.uploaded(material.id);
    c.header('Location', `/v1/materials/${material.id}`);
    return c.json(material, 201);
  });

  app.openapi(getOperation, async (c) => {
    const { material_id } = c.req.valid('param');
    return c.json(await read(c, (reader, actor) => getMaterial(reader, actor, material_id)), 200);
  });

  app.openapi(updateOperation, async (c) => {
    const material = await submit(c, updateMaterial, {
      ...c.req.valid('param'),
      ...expectedVersion(c),
      ...present(c.req.valid('json')),
    });
    return c.json(material, 200);
  });

  app.openapi(deleteOperation, async (c) => {
    await submit(c, deleteMaterial, { ...c.req.valid('param'), ...expectedVersion(c) });
    return c.body(null, 204);
  });

  return app;
}
