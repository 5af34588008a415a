import { createHash } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { z } from '@hono/zod-openapi';
import { requireSoundAssignment } from '../lms/commands/assignment-rules.ts';
import { refuse } from '../lms/imports/file-error.ts';
import type { ZipEntries } from '../lms/imports/zip-entries.ts';
import { maxAttachmentsPerAssignment } from '../lms/limits.ts';
import { Refusal } from '../lms/refusal.ts';
import { newAssignmentSchema } from './assignment-schema.ts';
import { fileKey, PACKAGE_FORMAT, PACKAGE_VERSION, packedName } from './course-package.ts';
import { newCourse } from './course-schema.ts';
import { maxPackedJsonBytes } from './limits.ts';
import { newMaterialSchema } from './material-schema.ts';

const packedFile = z.strictObject({
  filename: z.string().min(1).max(255),
  media_type: z.string().min(1).max(255),
  size_bytes: z.int().min(1),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});

const manifestSchema = z.object({
  format: z.literal(PACKAGE_FORMAT),
  format_version: z.literal([1, PACKAGE_VERSION]),
  entries: z.array(z.object({ name: z.string(), sha256: z.string(), size_bytes: z.int().min(0) })),
});

const courseSchema = z.strictObject({
  ...newCourse.shape,
  id: z.string(),
  status: z.enum(['active', 'archived']),
});

const assignmentsSchema = z.array(
  z.strictObject({
    ...newAssignmentSchema.shape,
    id: z.string(),
    attachments: z.array(packedFile).max(maxAttachmentsPerAssignment),
  }),
);

const materialsSchema = z.array(
  z.strictObject({
    id: z.string(),
    title: newMaterialSchema.shape.title,
    topic: newMaterialSchema.shape.topic.unwrap().nullable(),
    text_md: newMaterialSchema.shape.text_md.unwrap().nullable(),
    file: packedFile.nullable(),
  }),
);

export type PackedAssignment = z.output<typeof assignmentsSchema>[number];
export type PackedMaterial = z.output<typeof materialsSchema>[number];

/** What a package says, checked as requests are; its files are still in the zip. */
export interface ReadPackage {
  readonly course: z.output<typeof courseSchema>;
  readonly assignments: readonly PackedAssignment[];
  readonly materials: readonly PackedMaterial[];
  /** By digest: one for each name that the package gives the same bytes. */
  readonly files: ReadonlyMap<string, readonly z.output<typeof packedFile>[]>;
}

/** @throws RosterRefused with what is wrong */
export async function readCoursePackage(zip: ZipEntries): Promise<ReadPackage> {
  const manifest = await readJson(zip, 'manifest.json', manifestSchema, null);
  const digests = new Map(manifest.entries.map((entry) => [entry.name, entry.sha256]));
  const course = await readJson(zip, 'course.json', courseSchema, digests);
  const assignments = await readJson(zip, 'assignments.json', assignmentsSchema, digests);
  const materials = await readJson(zip, 'materials.json', materialsSchema, digests);
  const named = [
    ...assignments.flatMap(({ attachments }) => attachments),
    ...materials.flatMap(({ file }) => (file === null ? [] : [file])),
  ];
  const distinct = new Map(named.map((file) => [fileKey(file), file]));
  const files = Map.groupBy(distinct.values(), ({ sha256 }) => sha256);
  for (const sha256 of files.keys()) requireEntry(zip, packedName(sha256));
  for (const { id, text_md, file } of materials) {
    if ((text_md === null) === (file === null)) {
      refuse('invalid_value', 'materials.json', `${id} must have either text_md or file.`);
    }
  }
  for (const assignment of assignments) judge(assignment);
  return { course, assignments, materials, files };
}

/** Dates and points are judged when it is written, and here: then parts of the course would be there. */
function judge(assignment: PackedAssignment): void {
  try {
    requireSoundAssignment(assignment);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    refuse('invalid_value', 'assignments.json', `${assignment.id}: ${error.message}`);
  }
}

async function readJson<Schema extends z.ZodType>(
  zip: ZipEntries,
  name: string,
  schema: Schema,
  digests: ReadonlyMap<string, string> | null,
): Promise<z.output<Schema>> {
  requireEntry(zip, name);
  if (zip.sizeOf(name) > maxPackedJsonBytes) {
    refuse('too_long', name, `has more than ${maxPackedJsonBytes} bytes.`);
  }
  const bytes = await buffer(await zip.open(name)).catch((error: Error) =>
    refuse('damaged', name, `cannot be unpacked (${error.message}). Export the course again.`),
  );
  if (digests !== null && createHash('sha256').update(bytes).digest('hex') !== digests.get(name)) {
    refuse('damaged', name, 'does not have the digest that manifest.json gives.');
  }
  const parsed = schema.safeParse(parseJson(name, bytes));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  return refuse('invalid_value', name, `/${issue?.path.join('/') ?? ''}: ${issue?.message ?? ''}.`);
}

function parseJson(name: string, bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    return refuse('invalid_value', name, `is not JSON: ${(error as Error).message}.`);
  }
}

function requireEntry(zip: ZipEntries, name: string): void {
  if (!zip.names.includes(name)) {
    refuse('manifest_mismatch', name, 'is not in the zip. Export the course again.');
  }
}
