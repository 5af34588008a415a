import { z } from '@hono/zod-openapi';
import { maxMessageChars, maxTitleChars } from './limits.ts';
import { PERSON_EXAMPLE, personSchema } from './person-schema.ts';
import { line, message, timestamp, timestampMs } from './units.ts';

/** An announcement as `queries/announcements.ts` returns it. */
export const announcementSchema = z
  .object({
    id: z.string(),
    course_id: z.string(),
    author: personSchema,
    title: z.string(),
    body_md: z.string(),
    visible_from: timestamp
      .nullable()
      .openapi({ description: 'When students see it; `null`: at once.' }),
    version: z.int(),
    created_at: timestamp,
    updated_at: timestamp,
  })
  .openapi('Announcement');

const visibleFrom = timestampMs
  .nullable()
  .openapi({ description: 'When students see it; `null`: at once.' });

export const newAnnouncement = z.strictObject({
  title: line(maxTitleChars),
  body_md: message(maxMessageChars),
  visible_from: visibleFrom.default(null),
});

export const announcementChanges = z.strictObject({
  title: line(maxTitleChars).optional(),
  body_md: message(maxMessageChars).optional(),
  visible_from: visibleFrom.optional(),
});

export const ANNOUNCEMENT_EXAMPLE: z.input<typeof announcementSchema> = {
  id: 'ann_019a9457c1d07c1e8a5f4c2b7d3e9f10',
  course_id: 'crs_019a9457c1d07c1e8a5f4c2b7d3e9f10',
  author: PERSON_EXAMPLE,
  title: 'No lecture on Friday',
  body_md: 'We meet again on **Monday**.',
  visible_from: null,
  version: 1,
  created_at: '2026-11-20T17:00:00.000Z',
  updated_at: '2026-11-20T17:00:00.000Z',
};
