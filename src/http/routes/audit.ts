import { z } from '@hono/zod-openapi';
import { maxAuditChainEntries } from '../../lms/limits.ts';
import { auditChainPart } from '../../lms/queries/audit-chain.ts';
import { listAuditEvents } from '../../lms/queries/audit-events.ts';
import { maxIdChars } from '../limits.ts';
import { json, operation, router } from '../operation.ts';
import { pageAnswer, pageOf, pageQuery, pageRequest } from '../page.ts';
import { present } from '../present.ts';
import { read } from '../read.ts';
import { text, timestamp, timestampMs } from '../units.ts';
import { userId } from '../user-params.ts';

const hash = z.string().openapi({
  example: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
});

const auditEventSchema = z
  .object({
    log_index: z.int(),
    at: timestamp,
    kind: z.string().openapi({ description: 'Of the command, such as `GRADE_ASSIGNMENT`.' }),
    actor_id: z
      .string()
      .nullable()
      .openapi({ description: '`null`: the system itself, or somebody without a session.' }),
    object_id: z.string().nullable().openapi({ description: 'What it was about.' }),
    code: z.string().openapi({ description: '`ok`, `replayed`, or the code of the refusal.' }),
    chain_hash: hash,
  })
  .openapi('AuditEvent');

const id = text(1, 2 * maxIdChars + 1);

const listEvents = operation(
  {
    method: 'get',
    path: '/v1/audit-events',
    operationId: 'listAuditEvents',
    summary: 'List who did what',
    description:
      'Newest first. All of it is for administrators; with `course_id` the staff of that course may ask ' +
      'for what concerns it: what happened in it, and what was refused, also to strangers. Questions to the ' +
      'tutor are not in it. All filters must hold. A page may be short or empty although there is a ' +
      'next one: a request looks at a limited number of entries. An enrollment is the object ' +
      '`<course_id>/<user_id>`.',
    tags: ['audit'],
    request: {
      query: pageQuery(z.tuple([z.int()])).extend({
        course_id: id.optional().openapi({ example: 'crs_019a9457c1d07c1e8a5f4c2b7d3e9f10' }),
        actor_id: id.optional().openapi({
          description: 'An id, or `me` for the caller.',
          example: 'usr_019a9457c1d07c1e8a5f4c2b7d3e9f10',
        }),
        object_id: id.optional().openapi({ example: 'sub_019a9457c1d07c1e8a5f4c2b7d3e9f10' }),
        kind: z
          .string()
          .regex(/^[A-Z_]{1,64}$/, 'must be a kind of command, such as GRADE_ASSIGNMENT')
          .optional()
          .openapi({ example: 'GRADE_ASSIGNMENT' }),
        from: timestampMs.optional().openapi({ description: 'Inclusive.' }),
        to: timestampMs.optional().openapi({ description: 'Exclusive.' }),
      }),
    },
    responses: {
      200: json(pageOf(auditEventSchema, 'AuditEvent'), 'A page of the audit trail.', {
        items: [
          {
            log_index: 1234,
            at: '2026-11-20T17:00:00.000Z',
            kind: 'GRADE_ASSIGNMENT',
            actor_id: 'usr_019a9457c1d07c1e8a5f4c2b7d3e9f10',
            object_id: 'sub_019a9457c1d07c1e8a5f4c2b7d3e9f10',
            code: 'ok',
            chain_hash: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
          },
        ],
        next_cursor: null,
      }),
    },
  },
  { problems: ['not_found', 'forbidden', 'invalid_cursor'] },
);

const index = z
  .string()
  .regex(/^[1-9]\d{0,14}$/, 'must be a log index')
  .transform(Number)
  .openapi({ type: 'integer', minimum: 1, example: 1 });

const chainSchema = z
  .object({
    from: z.int(),
    to: z.int().openapi({ description: 'Inclusive; the last entry that the answer is about.' }),
    chain_hash: hash.openapi({
      description:
        'SHA-256 over all entries up to `to` and their results, hex: equal on all nodes.',
    }),
    rows_sha256: hash.openapi({
      description:
        'SHA-256 over the entries of the audit trail from `from` to `to`, read now: it differs where ' +
        'somebody changed them on one node.',
    }),
  })
  .openapi('AuditChain');

const getChain = operation(
  {
    method: 'get',
    path: '/v1/audit/chain',
    operationId: 'getAuditChain',
    summary: 'What this node has of the hash chain, to compare with others',
    description:
      'For administrators; `lms-admin audit verify` asks every node and says where they differ. At most ' +
      `${maxAuditChainEntries} entries; ask on from \`to\` + 1. Keep \`to\` and \`chain_hash\` elsewhere, ` +
      'and nobody can change what was before without being found out.',
    tags: ['audit'],
    request: { query: z.strictObject({ from: index.optional(), to: index.optional() }) },
    responses: {
      200: json(chainSchema, 'The part of the chain.', {
        from: 1,
        to: 1234,
        chain_hash: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
        rows_sha256: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
      }),
    },
  },
  { problems: ['not_found', 'forbidden'] },
);

export function auditRoutes() {
  const app = router();

  app.openapi(listEvents, async (c) => {
    const { limit, cursor, actor_id, ...filter } = c.req.valid('query');
    const actorId = actor_id === undefined ? undefined : userId(c, actor_id);
    const page = await read(c, (reader, actor) =>
      listAuditEvents(
        reader,
        actor,
        present({ ...filter, actor_id: actorId }),
        pageRequest({ limit, cursor }),
      ),
    );
    return c.json(pageAnswer(c, page), 200);
  });

  app.openapi(getChain, async (c) => {
    const { from = 1, to = null } = c.req.valid('query');
    return c.json(await read(c, (reader, actor) => auditChainPart(reader, actor, from, to)), 200);
  });

  return app;
}
