import { z } from '@hono/zod-openapi';
import { ATTACHED_FILE_EXAMPLE, attachedFileSchema } from './attached-file-schema.ts';
import { idOf } from './id-schema.ts';
import { maxMarkdownChars, maxTitleChars, maxTopicChars } from './limits.ts';
import { orNull } from './or-null.ts';
import { line, text, timestamp } from './units.ts';

const extractionSchema = z
  .object({
    state: z
      .enum([
        'queued',
        'extracting',
        'indexed',
        'no_text_layer',
        'password_needed',
        'rejected',
        'failed',
      ])
      .openapi({ description: 'From `indexed` on the tutor and the search know the text.' }),
    reason: z.string().nullable().openapi({
      description: 'What went wrong and what to do, in one sentence.',
    }),
    page_count: z.int().nullable(),
    pages_read: z.int(),
    flags: z
      .array(
        z.object({
          code: z.string().openapi({ example: 'invisible_text' }),
          pages: z.array(z.int()).readonly(),
        }),
      )
      .readonly()
      .openapi({ description: 'What an instructor should look at, with the pages.' }),
  })
  .openapi('Extraction');

const fields = {
  id: z.string(),
  course_id: z.string(),
  title: z.string(),
  topic: z.string().nullable(),
  file: orNull(attachedFileSchema).openapi({ description: '`null` where it is a text.' }),
  extraction: extractionSchema,
  version: z.int().openapi({ description: 'Goes up with every change, of the extraction too.' }),
  created_at: timestamp,
  updated_at: timestamp,
} as const;

/** A material as `queries/materials.ts` lists it. */
export const materialSchema = z.object(fields).openapi('Material');

export const materialWithTextSchema = z
  .object({ ...fields, text_md: z.string().nullable() })
  .openapi('MaterialWithText');

export const newMaterialSchema = z
  .strictObject({
    title: line(maxTitleChars),
    topic: line(maxTopicChars).optional(),
    file_id: idOf('fil')
      .optional()
      .openapi({ description: 'A file that you uploaded: PDF, TXT, MD.' }),
    text_md: text(1, maxMarkdownChars).optional(),
  })
  .refine(({ file_id, text_md }) => (file_id === undefined) !== (text_md === undefined), {
    message: 'give either file_id or text_md',
    path: ['file_id'],
  });

export const materialPatchSchema = z.strictObject({
  title: line(maxTitleChars).optional(),
  topic: line(maxTopicChars).nullable().optional(),
});

export const materialPageSchema = z
  .object({
    page: z.int().openapi({ description: 'Physical number from 1, as PDF readers count.' }),
    page_label: z.string().nullable().openapi({ description: 'As printed, where known.' }),
    section: z.string().nullable(),
    text: z.string(),
  })
  .openapi('PageText');

/** A passage as `queries/passages.ts` finds it. */
export const passageSchema = z
  .object({
    material_id: z.string(),
    title: z.string(),
    page: z.int(),
    page_label: z.string().nullable(),
    section: z.string().nullable(),
    text: z.string(),
  })
  .openapi('Passage');

export const MATERIAL_EXAMPLE: z.input<typeof materialSchema> = {
  id: 'mat_019a9457c1d07c1e8a5f4c2b7d3e9f10',
  course_id: 'crs_019a9457c1d07c1e8a5f4c2b7d3e9f10',
  title: 'In search of an understandable consensus algorithm',
  topic: 'consensus',
  file: ATTACHED_FILE_EXAMPLE,
  extraction: { state: 'indexed', reason: null, page_count: 18, pages_read: 18, flags: [] },
  version: 4,
  created_at: '2026-11-20T17:00:00.000Z',
  updated_at: '2026-11-20T17:00:02.000Z',
};

export const MATERIAL_PAGE_EXAMPLE: z.input<typeof materialPageSchema> = {
  page: 5,
  page_label: '309',
  section: 'The Raft consensus algorithm › Leader election',
  text: 'Raft uses a heartbeat mechanism to trigger leader election.',
};

export const PASSAGE_EXAMPLE: z.input<typeof passageSchema> = {
  material_id: MATERIAL_EXAMPLE.id,
  title: MATERIAL_EXAMPLE.title,
  ...MATERIAL_PAGE_EXAMPLE,
};
