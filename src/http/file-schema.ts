import { z } from '@hono/zod-openapi';
import { timestamp } from './units.ts';

/** A file as `queries/files.ts` returns it. */
export const fileSchema = z
  .object({
    id: z.string(),
    sha256: z.string().openapi({ description: 'Of the content; hex, lower case.' }),
    size_bytes: z.int(),
    media_type: z.string().openapi({ description: 'As the content itself shows it.' }),
    filename: z.string(),
    uploaded_by: z.string(),
    created_at: timestamp,
  })
  .openapi('File');

export const FILE_EXAMPLE: z.input<typeof fileSchema> = {
  id: 'fil_019a9457c1d07c1e8a5f4c2b7d3e9f10',
  sha256: '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824',
  size_bytes: 48213,
  media_type: 'application/pdf',
  filename: 'essay.pdf',
  uploaded_by: 'usr_019a9457c1d07c1e8a5f4c2b7d3e9f10',
  created_at: '2026-11-20T17:00:00.000Z',
};
