import type { Readable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { AssignmentDates } from '../lms/queries/assignments.ts';
import {
  type PackedFile,
  packedAnnouncements,
  packedAssignments,
  type packedCourse,
  packedMaterials,
} from '../lms/queries/course-package.ts';
import {
  datesOfAssignments,
  packedAdjustments,
  packedOverrides,
} from '../lms/queries/packed-dates.ts';
import { membersOf, packedPeople } from '../lms/queries/packed-people.ts';
import { packedQueries } from '../lms/queries/packed-queries.ts';
import { packedSubmissions } from '../lms/queries/packed-submissions.ts';
import type { Page, PageRequest } from '../lms/queries/page.ts';
import type { Reader } from '../lms/reader.ts';
import type { Blobs } from './blobs.ts';
import { filesIn, peopleIn } from './named-in-rows.ts';
import { PackageZip } from './package-zip.ts';
import type { readInSlices } from './read-in-slices.ts';

export const PACKAGE_FORMAT = 'quorum-lms-course';
/** 1 had neither announcements, dates of single students, incidents and queries, nor who had left. */
export const PACKAGE_VERSION = 2;

type Look = Awaited<ReturnType<typeof readInSlices>>;
type Key = readonly (string | number)[];
type Slice<Row, K extends Key> = (reader: Reader, request: PageRequest<K>) => Page<Row, K>;

/** Rows that are read in one turn of the event loop. */
const sliceRows = 50;

/** A course as a zip, made while it is read. `packedCourse` has said that the caller may. */
export class CoursePackage {
  readonly #look: Look;
  readonly #blobs: Blobs;
  readonly #courseId: string;
  readonly #zip = new PackageZip();
  /** By digest: several objects may have one file. */
  readonly #files = new Map<string, PackedFile>();
  /** Ids of whom anything in the package names. */
  readonly #named = new Set<string>();

  constructor(look: Look, blobs: Blobs, courseId: string) {
    this.#look = look;
    this.#blobs = blobs;
    this.#courseId = courseId;
  }

  /** The bytes; an error destroys the stream, and what was sent is no whole zip. */
  open(course: ReturnType<typeof packedCourse>, withPeople: boolean): Readable {
    const { content } = this.#zip;
    this.#fill(course, withPeople).catch((error: Error) => content.destroy(error));
    return content;
  }

  async #fill(course: ReturnType<typeof packedCourse>, withPeople: boolean): Promise<void> {
    await this.#zip.addJson('course.json', once(JSON.stringify(course)));
    await this.#addOfCourse('assignments.json', packedAssignments);
    await this.#addOfCourse('materials.json', packedMaterials);
    await this.#addOfCourse('announcements.json', packedAnnouncements);
    if (withPeople) await this.#addPeople();
    for (const file of this.#files.values()) await this.#addFile(file);
    this.#zip.end({
      format: PACKAGE_FORMAT,
      format_version: PACKAGE_VERSION,
      course_id: this.#courseId,
      has_people: withPeople,
    });
  }

  /** Who they are comes last: then it is known who is named. */
  async #addPeople(): Promise<void> {
    await this.#addByAssignment('overrides.json', packedOverrides);
    await this.#addByAssignment('deadline_adjustments.json', packedAdjustments);
    await this.#addByAssignment('submissions.json', packedSubmissions);
    await this.#addOfCourse('queries.json', packedQueries);
    await this.#zip.addJson('people.json', jsonArray(this.#people()));
  }

  #addOfCourse<K extends Key>(
    name: string,
    slice: (reader: Reader, courseId: string, request: PageRequest<K>) => Page<object, K>,
  ): Promise<void> {
    const id = this.#courseId;
    const rows = this.#rows<object, K>((reader, request) => slice(reader, id, request));
    return this.#zip.addJson(name, jsonArray(this.#noted(rows)));
  }

  #addByAssignment<K extends Key>(
    name: string,
    slice: (reader: Reader, of: AssignmentDates, request: PageRequest<K>) => Page<object, K>,
  ): Promise<void> {
    return this.#zip.addJson(name, jsonArray(this.#noted(this.#byAssignment(slice))));
  }

  async *#byAssignment<K extends Key>(
    slice: (reader: Reader, of: AssignmentDates, request: PageRequest<K>) => Page<object, K>,
  ): AsyncGenerator<object> {
    const id = this.#courseId;
    const assignments = this.#rows<AssignmentDates, readonly [string]>((reader, request) =>
      datesOfAssignments(reader, id, request),
    );
    for await (const assignment of assignments) {
      yield* this.#rows<object, K>((reader, request) => slice(reader, assignment, request));
    }
  }

  /** Whoever is in the course, and whoever the entries before name: by id, as everywhere. */
  async *#people(): AsyncGenerator<object> {
    const id = this.#courseId;
    const members = this.#rows<{ readonly id: string }, readonly [string]>((reader, request) =>
      membersOf(reader, id, request),
    );
    for await (const member of members) this.#named.add(member.id);
    const ids = [...this.#named].sort();
    for (let at = 0; at < ids.length; at += sliceRows) {
      yield* this.#look((reader) => packedPeople(reader, id, ids.slice(at, at + sliceRows)));
      await nextTurn();
    }
  }

  async *#rows<Row, K extends Key>(slice: Slice<Row, K>): AsyncGenerator<Row> {
    let after: K | null = null;
    do {
      const page: Page<Row, K> = this.#look((reader) => slice(reader, { limit: sliceRows, after }));
      yield* page.items;
      after = page.next;
      await nextTurn();
    } while (after !== null);
  }

  async *#noted(rows: AsyncIterable<object>): AsyncGenerator<object> {
    for await (const row of rows) {
      for (const file of filesIn(row)) this.#files.set(file.sha256, file);
      for (const id of peopleIn(row)) this.#named.add(id);
      yield row;
    }
  }

  async #addFile(file: PackedFile): Promise<void> {
    const blob = await this.#blobs.open(file);
    const name = packedName(file.sha256);
    await this.#zip.addFile(name, file, blob.read(0, file.size_bytes - 1));
  }
}

/** The entry that has the bytes of a file. */
export function packedName(sha256: string): string {
  return `file-${sha256}`;
}

/** Files are the same that have the same bytes and the same name, and are said to be the same. */
export function fileKey({ sha256, filename, media_type }: PackedFile): string {
  return JSON.stringify([sha256, filename, media_type]);
}

async function* once(text: string): AsyncGenerator<string> {
  yield await Promise.resolve(text);
}

async function* jsonArray(rows: AsyncIterable<object>): AsyncGenerator<string> {
  let separator = '[\n';
  for await (const row of rows) {
    yield separator + JSON.stringify(row);
    separator = ',\n';
  }
  yield separator === '[\n' ? '[]\n' : '\n]\n';
}
