import { z } from '@hono/zod-openapi';
import { createIncident } from '../../lms/commands/create-incident.ts';
import { deleteIncident } from '../../lms/commands/delete-incident.ts';
import { updateIncident } from '../../lms/commands/update-incident.ts';
import { getIncident, listIncidents } from '../../lms/queries/incidents.ts';
import { ifMatchParameter } from '../components.ts';
import { idOf } from '../id-schema.ts';
import { newId } from '../ids.ts';
import {
  INCIDENT_EXAMPLE,
  incidentChanges,
  incidentSchema,
  newIncident,
} from '../incident-schema.ts';
import { json, jsonBody, operation, patchBody, router } from '../operation.ts';
import { pageAnswer, pageOf, pageQuery, pageRequest } from '../page.ts';
import { expectedVersion } from '../preconditions.ts';
import { present } from '../present.ts';
import { read } from '../read.ts';
import { submit } from '../submit.ts';

const onIncident = z.object({ incident_id: idOf('inc') });

const list = operation(
  {
    method: 'get',
    path: '/v1/incidents',
    operationId: 'listIncidents',
    summary: 'The incidents',
    description:
      'Those recorded last come first. All see the incidents of all courses; one of a course is seen by its members.',
    tags: ['incidents'],
    request: { query: pageQuery(z.tuple([z.int()])) },
    responses: {
      200: json(pageOf(incidentSchema, 'Incident'), 'A page of incidents.', {
        items: [INCIDENT_EXAMPLE],
        next_cursor: null,
      }),
    },
  },
  { problems: ['invalid_cursor'] },
);

const create = operation(
  {
    method: 'post',
    path: '/v1/incidents',
    operationId: 'createIncident',
    summary: 'Declare an incident',
    description:
      'For administrators: a time in which work could not be handed in, and of which the log knows nothing. ' +
      'No deadline moves until a policy is applied.',
    tags: ['incidents'],
    request: {
      body: jsonBody(newIncident, {
        title: INCIDENT_EXAMPLE.title,
        started_at: INCIDENT_EXAMPLE.started_at,
        ended_at: INCIDENT_EXAMPLE.ended_at,
      }),
    },
    responses: { 201: json(incidentSchema, 'The new incident.', INCIDENT_EXAMPLE) },
  },
  { problems: ['forbidden', 'invalid_value'] },
);

const get = operation(
  {
    method: 'get',
    path: '/v1/incidents/{incident_id}',
    operationId: 'getIncident',
    summary: 'Read an incident',
    tags: ['incidents'],
    request: { params: onIncident },
    responses: { 200: json(incidentSchema, 'The incident.', INCIDENT_EXAMPLE) },
  },
  { problems: ['not_found'] },
);

const update = operation(
  {
    method: 'patch',
    path: '/v1/incidents/{incident_id}',
    operationId: 'updateIncident',
    summary: 'Change or end an incident',
    description:
      'For administrators. Its times stand while a policy is in force for it; those of a detected one always.',
    tags: ['incidents'],
    parameters: [ifMatchParameter(false)],
    request: {
      params: onIncident,
      body: patchBody(incidentChanges, { ended_at: '2026-11-16T12:30:00.000Z' }),
    },
    responses: { 200: json(incidentSchema, 'The incident as it is now.', INCIDENT_EXAMPLE) },
  },
  { problems: ['forbidden', 'not_found', 'conflict', 'invalid_value', 'version_mismatch'] },
);

const remove = operation(
  {
    method: 'delete',
    path: '/v1/incidents/{incident_id}',
    operationId: 'deleteIncident',
    summary: 'Delete an incident',
    description: 'For administrators; not while a policy is in force for it.',
    tags: ['incidents'],
    parameters: [ifMatchParameter(false)],
    request: { params: onIncident },
    responses: { 204: { description: 'The incident is deleted.' } },
  },
  { problems: ['forbidden', 'not_found', 'conflict', 'version_mismatch'] },
);

export function incidentRoutes() {
  const app = router();

  app.openapi(list, async (c) => {
    const query = c.req.valid('query');
    const page = await read(c, (reader, actor) => listIncidents(reader, actor, pageRequest(query)));
    return c.json(pageAnswer(c, page), 200);
  });

  app.openapi(create, async (c) => {
    const incident = await submit(c, createIncident, {
      incident_id: newId('inc'),
      ...c.req.valid('json'),
    });
    c.header('Location', `/v1/incidents/${incident.id}`);
    return c.json(incident, 201);
  });

  app.openapi(get, async (c) => {
    const { incident_id } = c.req.valid('param');
    return c.json(await read(c, (reader, actor) => getIncident(reader, actor, incident_id)), 200);
  });

  app.openapi(update, async (c) => {
    const incident = await submit(c, updateIncident, {
      ...c.req.valid('param'),
      ...expectedVersion(c),
      ...present(c.req.valid('json')),
    });
    return c.json(incident, 200);
  });

  app.openapi(remove, async (c) => {
    await submit(c, deleteIncident, { ...c.req.valid('param'), ...expectedVersion(c) });
    return c.body(null, 204);
  });

  return app;
}
