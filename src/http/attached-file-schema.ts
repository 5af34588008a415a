import { z } from '@hono/zod-openapi';

/** A file, as the object that it is attached to shows it. */
export const attachedFileSchema = z
  .object({
    id: z.string(),
    filename: z.string(),
    media_type: z.string(),
    size_bytes: z.int(),
    sha256: z.string().openapi({ description: 'Hex, lower case.' }),
  })
  .openapi('AttachedFile');

export const ATTACHED_FILE_EXAMPLE: z.input<typeof attachedFileSchema> = {
  id: 'fil_019a9457c1d07c1e8a5f4c2b7d3e9f10',
  filename: 'essay.pdf',
  media_type: 'application/pdf',
  size_bytes: 48213,
  sha256: '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824',
};
