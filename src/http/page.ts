import { z } from '@hono/zod-openapi';
import type { Page, PageRequest } from '../lms/queries/page.ts';
import type { ApiContext } from './env.ts';
import { defaultPageItems, maxCursorChars, maxPageItems } from './limits.ts';

/** Where the next page begins: the sort key of the last row, the id last. */
export type CursorKey = readonly (string | number)[];

/** The query parameters of a list; `.extend({...})` adds filters. */
export function pageQuery<Key extends CursorKey>(key: z.ZodType<Key>) {
  return z.strictObject({
    limit: z
      .string()
      .regex(/^\d{1,6}$/, 'must be an integer')
      .transform(Number)
      .pipe(z.int().min(1).max(maxPageItems))
      .optional()
      .transform((limit) => limit ?? defaultPageItems)
      .openapi({
        type: 'integer',
        minimum: 1,
        maximum: maxPageItems,
        default: defaultPageItems,
        description: 'The largest number of items to answer with.',
        example: defaultPageItems,
      }),
    cursor: z
      .string()
      .max(maxCursorChars)
      .transform((cursor, context) => {
        const decoded = key.safeParse(decodeCursor(cursor));
        if (decoded.success) return decoded.data;
        context.addIssue({ code: 'custom', message: 'is not a cursor of this list' });
        return z.NEVER;
      })
      .optional()
      .openapi({
        type: 'string',
        description: '`next_cursor` of the previous page.',
        example: 'WyJjcnNfMDE5YTk0NTciXQ',
      }),
  });
}

/** The schema of a page of `item`, registered as `<name>Page`. */
export function pageOf<Item extends z.ZodType>(item: Item, name: string) {
  return z
    .object({
      items: z.array(item),
      next_cursor: z
        .string()
        .nullable()
        .openapi({ description: '`null` on the last page.', example: null }),
    })
    .openapi(`${name}Page`);
}

/** The query parameters of a list, as the queries of the state machine take them. */
export function pageRequest<Key extends CursorKey>(query: {
  limit: number;
  cursor?: Key | undefined;
}): PageRequest<Key> {
  return { limit: query.limit, after: query.cursor ?? null };
}

/** What a list answers with. Sets `Link: rel="next"` (RFC 8288) when there is a next page. */
export function pageAnswer<Item>(c: ApiContext, page: Page<Item, CursorKey>) {
  const items = [...page.items];
  if (page.next === null) return { items, next_cursor: null };
  const cursor = Buffer.from(JSON.stringify(page.next)).toString('base64url');
  const next = new URL(c.req.url);
  next.searchParams.set('cursor', cursor);
  c.header('Link', `<${next.pathname}${next.search}>; rel="next"`);
  return { items, next_cursor: cursor };
}

function decodeCursor(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}
