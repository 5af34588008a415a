import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { ZipFile } from 'yazl';
import {
  type PackedFile,
  packedAssignments,
  type packedCourse,
  packedMaterials,
  packedPeople,
  packedSubmissions,
} from '../lms/queries/course-package.ts';
import type { Reader } from '../lms/reader.ts';
import type { Blobs } from './blobs.ts';
import type { readInSlices } from './read-in-slices.ts';

export const PACKAGE_FORMAT = 'quorum-lms-course';
export const PACKAGE_VERSION = 1;

type Look = Awaited<ReturnType<typeof readInSlices>>;
type Slice = (reader: Reader, after: string, limit: number) => readonly { readonly id: string }[];

/** Rows that are read in one turn of the event loop. */
const sliceRows = 50;
/** Zips are dated; the same course gives the same bytes whenever it is exported. */
const noDate = new Date('2000-01-01T00:00:00Z');

/** A course as a zip, made while it is read. `packedCourse` has said that the caller may. */
export class CoursePackage {
  readonly #look: Look;
  readonly #blobs: Blobs;
  readonly #courseId: string;
  #current: Readable | null = null;
  readonly #zip = new ZipFile();
  readonly #entries: { name: string; sha256: string; size_bytes: number }[] = [];
  /** By digest: several objects may have one file. */
  readonly #files = new Map<string, PackedFile>();

  constructor(look: Look, blobs: Blobs, courseId: string) {
    this.#look = look;
    this.#blobs = blobs;
    this.#courseId = courseId;
  }

  /** The bytes; an error destroys the stream, and what was sent is no whole zip. */
  open(course: ReturnType<typeof packedCourse>, withPeople: boolean): Readable {
    const out = Readable.from(this.#zip.outputStream as Readable);
    this.#zip.on('error', (error: Error) => out.destroy(error));
    // Whoever stops reading ends what is being read for them.
    out.once('close', () => this.#current?.destroy());
    this.#fill(course, withPeople).catch((error: Error) => out.destroy(error));
    return out;
  }

  async #fill(course: ReturnType<typeof packedCourse>, withPeople: boolean): Promise<void> {
    const id = this.#courseId;
    await this.#addJson('course.json', once(JSON.stringify(course)));
    await this.#addRows('assignments.json', (reader, after, limit) =>
      packedAssignments(reader, id, after, limit),
    );
    await this.#addRows('materials.json', (reader, after, limit) =>
      packedMaterials(reader, id, after, limit),
    );
    if (withPeople) {
      await this.#addRows('people.json', (reader, after, limit) =>
        packedPeople(reader, id, after, limit),
      );
      await this.#addJson('submissions.json', this.#submissions());
    }
    for (const file of this.#files.values()) await this.#addFile(file);
    const manifest = {
      format: PACKAGE_FORMAT,
      format_version: PACKAGE_VERSION,
      course_id: id,
      has_people: withPeople,
      entries: this.#entries,
    };
    this.#zip.addBuffer(Buffer.from(JSON.stringify(manifest)), 'manifest.json', { mtime: noDate });
    this.#zip.end();
  }

  #addRows(name: string, slice: Slice): Promise<void> {
    return this.#addJson(name, jsonArray(this.#rows(slice)));
  }

  async *#rows(slice: Slice): AsyncGenerator<object> {
    for (let after = ''; ; ) {
      const rows = this.#look((reader) => slice(reader, after, sliceRows));
      for (const row of rows) {
        this.#noteFiles(row);
        yield row;
      }
      const last = rows.at(-1);
      if (last === undefined) return;
      after = last.id;
      await nextTurn();
    }
  }

  #submissions(): AsyncGenerator<string> {
    const id = this.#courseId;
    const rows = async function* (this: CoursePackage) {
      const assignments: Slice = (reader, after, limit) =>
        packedAssignments(reader, id, after, limit);
      for await (const assignment of this.#rows(assignments)) {
        const { id: assignmentId } = assignment as { id: string };
        yield* this.#rows((reader, after, limit) =>
          packedSubmissions(reader, assignmentId, after, limit),
        );
      }
    };
    return jsonArray(rows.call(this));
  }

  /** Wherever a row names one. */
  #noteFiles(row: object): void {
    const {
      attachments = [],
      file = null,
      attempts = [],
    } = row as {
      attachments?: readonly PackedFile[];
      file?: PackedFile | null;
      attempts?: readonly { readonly files: readonly PackedFile[] }[];
    };
    const all = [...attachments, ...attempts.flatMap(({ files }) => files)];
    for (const one of file === null ? all : [...all, file]) this.#files.set(one.sha256, one);
  }

  /** Resolves when the zip has taken all of it in: one entry is open at a time. */
  async #addJson(name: string, text: AsyncIterable<string>): Promise<void> {
    const hash = createHash('sha256');
    let size_bytes = 0;
    const content = Readable.from(
      (async function* () {
        for await (const piece of text) {
          const bytes = Buffer.from(piece);
          hash.update(bytes);
          size_bytes += bytes.length;
          yield bytes;
        }
      })(),
    );
    await this.#add(name, content, true);
    this.#entries.push({ name, sha256: hash.digest('hex'), size_bytes });
  }

  async #addFile(file: PackedFile): Promise<void> {
    const { sha256, size_bytes } = file;
    const blob = await this.#blobs.open({ sha256, size_bytes });
    const name = packedName(sha256);
    await this.#add(name, blob.read(0, size_bytes - 1), false);
    this.#entries.push({ name, sha256, size_bytes });
  }

  async #add(name: string, content: Readable, compress: boolean): Promise<void> {
    this.#current = content;
    this.#zip.addReadStream(content, name, { mtime: noDate, compress });
    await finished(content);
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
