import { z } from '@hono/zod-openapi';
import { DEFAULT_THRESHOLDS } from '../lms/imports/thresholds.ts';
import { idOf } from './id-schema.ts';
import { line, text, timestamp } from './units.ts';

const STATES = [
  'planned',
  'held',
  'applying',
  'applied',
  'rolling_back',
  'failed',
  'undoing',
  'undone',
  'expired',
] as const;

const thresholds = z.object({
  max_removed_percent: z.int(),
  max_removed: z.int(),
  max_removed_percent_per_course: z.int(),
  max_removed_per_course: z.int(),
});

/** An import as `queries/imports.ts` returns it. */
export const importSchema = z
  .object({
    id: z.string(),
    source: z.string(),
    format: z.enum(['oneroster_1.1', 'oneroster_1.2', 'csv']),
    file_id: z.string().openapi({ description: 'The roster as it came; kept for 30 days.' }),
    state: z.enum(STATES),
    files: z.array(
      z.object({
        file: z.string(),
        rows: z.int(),
        creates: z.int(),
        updates: z.int(),
        removes: z.int().openapi({
          description: 'Users suspended, courses archived, people taken out of courses.',
        }),
        unchanged: z.int(),
        skipped: z.int().openapi({ description: 'Guardians, and what was deleted here.' }),
        present: z
          .int()
          .openapi({ description: 'What this source brought before and is active now.' }),
      }),
    ),
    ignored_files: z.array(z.string()),
    warnings: z.array(z.string()),
    thresholds,
    held_because: z.array(
      z.object({
        scope: z.enum(['file', 'course', 'role']).openapi({
          description:
            '`file`, `course`: a threshold on removals, or a course that would have no active instructor. ' +
            '`role`: accounts that the source did not make would get this role on the site.',
        }),
        name: z.string().openapi({ description: 'Of the file or role, or the id of the course.' }),
        removes: z.int(),
        present: z.int().openapi({ description: 'Of a role: how many accounts would get it.' }),
        detail: z.string(),
      }),
    ),
    changes: z.int(),
    changes_applied: z.int().openapi({ description: 'Of `changes`, those in effect now.' }),
    conflicts: z.int(),
    created_by: z.string(),
    applied_by: z
      .string()
      .nullable()
      .openapi({ description: 'Who applied it, and so approved what was held.' }),
    applied_at: timestamp.nullable(),
    undone_at: timestamp.nullable(),
    changes_until: timestamp.nullable().openapi({
      description: 'Until then it can be applied or undone; `null`: its changes are forgotten.',
    }),
    version: z.int(),
    created_at: timestamp,
    updated_at: timestamp,
  })
  .openapi('Import');

export const IMPORT_EXAMPLE: z.input<typeof importSchema> = {
  id: 'imp_019a9457c1d07c1e8a5f4c2b7d3e9f10',
  source: 'sis',
  format: 'oneroster_1.2',
  file_id: 'fil_019a9457c1d07c1e8a5f4c2b7d3e9f10',
  state: 'planned',
  files: [
    {
      file: 'users.csv',
      rows: 120,
      creates: 3,
      updates: 1,
      removes: 2,
      unchanged: 116,
      skipped: 0,
      present: 119,
    },
  ],
  ignored_files: ['orgs.csv'],
  warnings: [],
  thresholds: DEFAULT_THRESHOLDS,
  held_because: [],
  changes: 6,
  changes_applied: 0,
  conflicts: 0,
  created_by: 'usr_019a9457c1d07c1e8a5f4c2b7d3e9f10',
  applied_by: null,
  applied_at: null,
  undone_at: null,
  changes_until: '2026-12-20T17:00:00.000Z',
  version: 1,
  created_at: '2026-11-20T17:00:00.000Z',
  updated_at: '2026-11-20T17:00:00.000Z',
};

const fields = z.record(z.string(), z.string().nullable());

/** A change as `queries/imports.ts` returns it. */
export const importChangeSchema = z
  .object({
    n: z.int().openapi({ description: 'From 0, in the order of applying.' }),
    kind: z.enum(['user', 'course', 'enrollment']),
    operation: z.enum(['create', 'update', 'remove', 'link']).openapi({
      description: '`link`: the object is as the file says, and is known by its id from now on.',
    }),
    external_id: z.string(),
    object_id: z.string().openapi({ description: 'Of an enrollment `<course id>/<user id>`.' }),
    place: z
      .string()
      .nullable()
      .openapi({ description: '`null`: removed because the file lacks it.' }),
    label: z.string(),
    before: fields.nullable(),
    after: fields,
    state: z.enum(['planned', 'applied', 'undone', 'conflict']),
    detail: z.string().nullable().openapi({ description: 'Of a conflict: why.' }),
  })
  .openapi('ImportChange');

export const IMPORT_CHANGE_EXAMPLE: z.input<typeof importChangeSchema> = {
  n: 0,
  kind: 'user',
  operation: 'update',
  external_id: 's-1001',
  object_id: 'usr_019a9457c1d07c1e8a5f4c2b7d3e9f10',
  place: 'users.csv:17',
  label: 'Ada Lovelace (ada)',
  before: { email: null },
  after: { email: 'ada@example.org' },
  state: 'planned',
  detail: null,
};

export const importParams = z.object({ import_id: idOf('imp') });

function integer(most: number, fallback: number, description: string) {
  return z
    .string()
    .regex(/^\d{1,7}$/, 'must be an integer')
    .transform(Number)
    .pipe(z.int().max(most))
    .optional()
    .transform((value) => value ?? fallback)
    .openapi({
      type: 'integer',
      minimum: 0,
      maximum: most,
      default: fallback,
      description,
      example: fallback,
    });
}

const D = DEFAULT_THRESHOLDS;

/** How a roster is to be understood. */
export const importQuery = z.strictObject({
  source: line(64)
    .optional()
    .transform((source) => source ?? 'sis')
    .openapi({
      type: 'string',
      default: 'sis',
      description:
        'The system that the roster comes from. Its ids belong to it, and so do removals: an import never ' +
        'removes what another source, or a person, put here.',
      example: 'sis',
    }),
  mode: z
    .enum(['delta', 'bulk'])
    .optional()
    .transform((mode) => mode ?? 'delta')
    .openapi({
      type: 'string',
      enum: ['delta', 'bulk'],
      default: 'delta',
      description:
        'Of a plain CSV. `bulk`: what the source brought before and the file lacks is removed. A OneRoster zip ' +
        'says it for each file.',
      example: 'delta',
    }),
  max_removed_percent: integer(100, D.max_removed_percent, 'Per file; more is held.'),
  max_removed: integer(1_000_000, D.max_removed, 'Per file; more is held.'),
  max_removed_percent_per_course: integer(
    100,
    D.max_removed_percent_per_course,
    'Of the people of a course; more is held.',
  ),
  max_removed_per_course: integer(1_000_000, D.max_removed_per_course, 'Per course; more is held.'),
  filename: text(0, 4096).optional().openapi({ example: 'roster.zip' }),
});
