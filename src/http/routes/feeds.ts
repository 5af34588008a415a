import { hash } from 'node:crypto';
import { z } from '@hono/zod-openapi';
import { createFeed } from '../../lms/commands/create-feed.ts';
import { deleteFeed } from '../../lms/commands/delete-feed.ts';
import { dueDatesOf, feedOwner, listFeeds } from '../../lms/queries/feeds.ts';
import { calendarOf } from '../calendar.ts';
import { idOf } from '../id-schema.ts';
import { newId } from '../ids.ts';
import { maxFeedEvents, maxNameChars } from '../limits.ts';
import { json, jsonBody, operation, router } from '../operation.ts';
import { pageAnswer, pageOf, pageQuery, pageRequest } from '../page.ts';
import { Problem } from '../problem.ts';
import { read, readPublic } from '../read.ts';
import { submit } from '../submit.ts';
import { newToken, tokenHash } from '../tokens.ts';
import { line, timestamp } from '../units.ts';

const feedSchema = z
  .object({ id: z.string(), name: z.string(), created_at: timestamp })
  .openapi('Feed');

const newFeedSchema = feedSchema
  .extend({
    path: z.string().openapi({
      description: 'The address, on any node. Shown once: whoever has it reads the calendar.',
    }),
  })
  .openapi('NewFeed');

const FEED_EXAMPLE: z.input<typeof feedSchema> = {
  id: 'fed_019a9457c1d07c1e8a5f4c2b7d3e9f10',
  name: 'My phone',
  created_at: '2026-11-20T17:00:00.000Z',
};
const FILE_EXAMPLE = `lms_cal_${'A'.repeat(43)}.ics`;

const list = operation(
  {
    method: 'get',
    path: '/v1/me/feeds',
    operationId: 'listFeeds',
    summary: 'One’s own calendar feeds',
    description: 'Oldest first, without their addresses.',
    tags: ['feeds'],
    request: { query: pageQuery(z.tuple([z.string()])) },
    responses: {
      200: json(pageOf(feedSchema, 'Feed'), 'A page of feeds.', {
        items: [FEED_EXAMPLE],
        next_cursor: null,
      }),
    },
  },
  { scope: 'login', problems: ['invalid_cursor'] },
);

const create = operation(
  {
    method: 'post',
    path: '/v1/me/feeds',
    operationId: 'createFeed',
    summary: 'Make a calendar feed of one’s due dates',
    description:
      'For programs that know nothing but an address: the token in it is shown once, opens this calendar ' +
      'only, and ends with `DELETE`. The answer to a repeat with the same `Idempotency-Key` is 409, ' +
      'because the address cannot be shown again.',
    tags: ['feeds'],
    request: {
      body: jsonBody(z.strictObject({ name: line(maxNameChars) }), { name: 'My phone' }),
    },
    responses: {
      201: json(newFeedSchema, 'The new feed.', {
        ...FEED_EXAMPLE,
        path: `/v1/feeds/${FILE_EXAMPLE}`,
      }),
    },
  },
  { scope: 'login', problems: ['conflict'] },
);

const remove = operation(
  {
    method: 'delete',
    path: '/v1/me/feeds/{feed_id}',
    operationId: 'deleteFeed',
    summary: 'End a calendar feed',
    description: 'From the answer on, no node serves it any more.',
    tags: ['feeds'],
    request: { params: z.object({ feed_id: idOf('fed') }) },
    responses: { 204: { description: 'The feed has ended.' } },
  },
  { scope: 'login', problems: ['not_found'] },
);

const get = operation(
  {
    method: 'get',
    path: '/v1/feeds/{file}',
    operationId: 'getFeed',
    summary: 'A calendar of due dates',
    description:
      'iCalendar (RFC 5545), in UTC: the due dates of all active courses as they hold for the owner, with ' +
      'their own dates and what incidents moved. The address is all that is asked for. With ' +
      '`If-None-Match` unchanged dates are 304.',
    tags: ['feeds'],
    request: {
      params: z.object({
        file: z
          .string()
          .max(100)
          .openapi({ description: 'The token and `.ics`.', example: FILE_EXAMPLE }),
      }),
    },
    responses: {
      200: {
        description: 'The calendar.',
        content: {
          'text/calendar': {
            schema: z.string(),
            example: 'BEGIN:VCALENDAR\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n',
          },
        },
      },
      304: { description: 'As it was.' },
    },
  },
  { access: 'public', problems: ['not_found', 'no_quorum', 'unavailable'] },
);

const FEED_FILE = /^(lms_cal_[A-Za-z0-9_-]{43})\.ics$/;

export function feedRoutes() {
  const app = router();

  app.openapi(list, async (c) => {
    const query = c.req.valid('query');
    const page = await read(c, (reader, actor) => listFeeds(reader, actor.id, pageRequest(query)));
    return c.json(pageAnswer(c, page), 200);
  });

  app.openapi(create, async (c) => {
    const token = newToken('calendar');
    const feed_id = newId('fed');
    const { name } = c.req.valid('json');
    const payload = { feed_id, name, token_sha256: tokenHash(token) };
    const feed = await submit(c, createFeed, payload);
    if (feed.id !== feed_id) throw shownBefore(feed.id);
    c.header('Location', '/v1/me/feeds');
    return c.json({ ...feed, path: `/v1/feeds/${token}.ics` }, 201);
  });

  app.openapi(remove, async (c) => {
    await submit(c, deleteFeed, c.req.valid('param'));
    return c.body(null, 204);
  });

  app.openapi(get, async (c) => {
    const token = FEED_FILE.exec(c.req.valid('param').file)?.[1] ?? '';
    const dates = await readPublic(c, (reader) => {
      const owner = feedOwner(reader, tokenHash(token));
      if (owner === null) throw new Problem('not_found', 'There is no such calendar, or no more.');
      return dueDatesOf(reader, owner, maxFeedEvents);
    });
    const calendar = calendarOf(dates);
    const tag = `"${hash('sha256', calendar)}"`;
    c.header('ETag', tag);
    c.header('Cache-Control', 'private, no-cache');
    if (c.req.header('if-none-match') === tag) return c.body(null, 304);
    c.header('Content-Type', 'text/calendar; charset=utf-8');
    return c.body(calendar, 200);
  });

  return app;
}

/** What came out of the log is the answer to an earlier request: its token is not known any more. */
function shownBefore(id: string): Problem {
  return new Problem(
    'conflict',
    `The feed of this Idempotency-Key is ${id}; its address was shown once. If that answer was lost, ` +
      'delete the feed and make another one with another key.',
  );
}
