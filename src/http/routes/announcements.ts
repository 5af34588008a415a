import { z } from '@hono/zod-openapi';
import { deleteAnnouncement } from '../../lms/commands/delete-announcement.ts';
import { postAnnouncement } from '../../lms/commands/post-announcement.ts';
import { updateAnnouncement } from '../../lms/commands/update-announcement.ts';
import { getAnnouncement, listAnnouncements } from '../../lms/queries/announcements.ts';
import {
  ANNOUNCEMENT_EXAMPLE,
  announcementChanges,
  announcementSchema,
  newAnnouncement,
} from '../announcement-schema.ts';
import { ifMatchParameter } from '../components.ts';
import { courseParams } from '../course-schema.ts';
import { idOf } from '../id-schema.ts';
import { newId } from '../ids.ts';
import { json, jsonBody, operation, patchBody, router } from '../operation.ts';
import { pageAnswer, pageOf, pageQuery, pageRequest } from '../page.ts';
import { expectedVersion } from '../preconditions.ts';
import { present } from '../present.ts';
import { read } from '../read.ts';
import { submit } from '../submit.ts';

const onAnnouncement = z.object({ announcement_id: idOf('ann') });
const answer = json(announcementSchema, 'The announcement as it is now.', ANNOUNCEMENT_EXAMPLE);

const list = operation(
  {
    method: 'get',
    path: '/v1/courses/{course_id}/announcements',
    operationId: 'listAnnouncements',
    summary: 'The announcements of a course',
    description: 'Newest first. Students see those that are visible already.',
    tags: ['announcements'],
    request: { params: courseParams, query: pageQuery(z.tuple([z.int()])) },
    responses: {
      200: json(pageOf(announcementSchema, 'Announcement'), 'A page of announcements.', {
        items: [ANNOUNCEMENT_EXAMPLE],
        next_cursor: null,
      }),
    },
  },
  { problems: ['not_found', 'invalid_cursor'] },
);

const post = operation(
  {
    method: 'post',
    path: '/v1/courses/{course_id}/announcements',
    operationId: 'postAnnouncement',
    summary: 'Tell the course something',
    description:
      'For the staff of the course. One that becomes visible later has no event when it does.',
    tags: ['announcements'],
    request: {
      params: courseParams,
      body: jsonBody(newAnnouncement, {
        title: ANNOUNCEMENT_EXAMPLE.title,
        body_md: ANNOUNCEMENT_EXAMPLE.body_md,
      }),
    },
    responses: { 201: json(announcementSchema, 'The announcement.', ANNOUNCEMENT_EXAMPLE) },
  },
  { problems: ['forbidden', 'not_found', 'course_not_active'] },
);

const get = operation(
  {
    method: 'get',
    path: '/v1/announcements/{announcement_id}',
    operationId: 'getAnnouncement',
    summary: 'Read an announcement',
    tags: ['announcements'],
    request: { params: onAnnouncement },
    responses: { 200: answer },
  },
  { problems: ['not_found'] },
);

const update = operation(
  {
    method: 'patch',
    path: '/v1/announcements/{announcement_id}',
    operationId: 'updateAnnouncement',
    summary: 'Change an announcement',
    description: 'For the staff of the course.',
    tags: ['announcements'],
    parameters: [ifMatchParameter(false)],
    request: {
      params: onAnnouncement,
      body: patchBody(announcementChanges, { title: 'No lecture this week' }),
    },
    responses: { 200: answer },
  },
  { problems: ['forbidden', 'not_found', 'course_not_active', 'version_mismatch'] },
);

const remove = operation(
  {
    method: 'delete',
    path: '/v1/announcements/{announcement_id}',
    operationId: 'deleteAnnouncement',
    summary: 'Take an announcement back',
    description: 'For the staff of the course. Nobody finds it any more.',
    tags: ['announcements'],
    parameters: [ifMatchParameter(false)],
    request: { params: onAnnouncement },
    responses: { 204: { description: 'The announcement is deleted.' } },
  },
  { problems: ['forbidden', 'not_found', 'course_not_active', 'version_mismatch'] },
);

export function announcementRoutes() {
  const app = router();

  app.openapi(list, async (c) => {
    const { course_id } = c.req.valid('param');
    const query = c.req.valid('query');
    const page = await read(c, (reader, actor) =>
      listAnnouncements(reader, actor, course_id, c.get('receivedAt'), pageRequest(query)),
    );
    return c.json(pageAnswer(c, page), 200);
  });

  app.openapi(post, async (c) => {
    const announcement = await submit(c, postAnnouncement, {
      announcement_id: newId('ann'),
      ...c.req.valid('param'),
      ...c.req.valid('json'),
    });
    c.header('Location', `/v1/announcements/${announcement.id}`);
    return c.json(announcement, 201);
  });

  app.openapi(get, async (c) => {
    const { announcement_id } = c.req.valid('param');
    const announcement = await read(c, (reader, actor) =>
      getAnnouncement(reader, actor, announcement_id, c.get('receivedAt')),
    );
    return c.json(announcement, 200);
  });

  app.openapi(update, async (c) => {
    const announcement = await submit(c, updateAnnouncement, {
      ...c.req.valid('param'),
      ...expectedVersion(c),
      ...present(c.req.valid('json')),
    });
    return c.json(announcement, 200);
  });

  app.openapi(remove, async (c) => {
    await submit(c, deleteAnnouncement, { ...c.req.valid('param'), ...expectedVersion(c) });
    return c.body(null, 204);
  });

  return app;
}
