import { type Readable, Transform } from 'node:stream';
import { crc32 } from 'node:zlib';
import type { Entry, ZipFile } from 'yauzl';
import { refuse } from './file-error.ts';
import { maxUnpackedBytes, maxUnpackRatio, maxZipEntries, minSuspiciousBytes } from './limits.ts';

/** The files of a zip: all at its root, none opened yet. */
export interface ZipEntries {
  readonly names: readonly string[];
  /** Unpacked, as the zip announces it. */
  sizeOf(name: string): number;
  /** Its bytes, at most as many as the zip announced. */
  open(name: string): Promise<Readable>;
  close(): void;
}

const ZIP = 'the zip';

/**
 * Reads the directory of a zip and judges it before anything is unpacked.
 *
 * @throws RosterRefused
 */
export async function openZip(bytes: Uint8Array, maxEntries = maxZipEntries): Promise<ZipEntries> {
  const zip = await openDirectory(bytes);
  try {
    const entries = await judgedEntries(zip, maxEntries);
    return {
      names: [...entries.keys()],
      sizeOf: (name) => entries.get(name)?.uncompressedSize ?? 0,
      open: (name) => openEntry(zip, entries, name),
      close: () => zip.close(),
    };
  } catch (error) {
    zip.close();
    throw error;
  }
}

async function openDirectory(bytes: Uint8Array): Promise<ZipFile> {
  const { fromBufferPromise } = await import('yauzl');
  try {
    // Names are judged here, with a code and words of their own.
    return await fromBufferPromise(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), {
      decodeStrings: true,
      strictFileNames: true,
      lazyEntries: true,
      autoClose: false,
    });
  } catch (error) {
    return refuse(
      'not_a_zip',
      ZIP,
      `it cannot be read as a zip (${reasonOf(error)}). Zip the CSV files again.`,
    );
  }
}

async function judgedEntries(zip: ZipFile, maxEntries: number): Promise<Map<string, Entry>> {
  const entries = new Map<string, Entry>();
  let unpacked = 0;
  try {
    for await (const entry of zip.eachEntry()) {
      if (entries.size >= maxEntries) {
        refuse(
          'too_many_files',
          ZIP,
          `it has more than ${maxEntries} files. Put only what belongs to it in it.`,
        );
      }
      judgeName(entry.fileName, entries);
      judgeSize(entry);
      unpacked += entry.uncompressedSize;
      if (unpacked > maxUnpackedBytes) tooMuch(ZIP);
      entries.set(entry.fileName, entry);
    }
  } catch (error) {
    return asRefusal(error);
  }
  return entries;
}

/** What yauzl itself finds wrong with names, or with the directory. */
function asRefusal(error: unknown): never {
  if ((error as Error).name === 'RosterRefused') throw error;
  const reason = reasonOf(error);
  if (/relative path|absolute path|invalid characters/.test(reason)) {
    refuse(
      'unsafe_name',
      ZIP,
      `it has a name that leads out of its folder (${reason}). Zip the CSV files again, without paths.`,
    );
  }
  return refuse('damaged', ZIP, `its directory is damaged (${reason}). Zip the CSV files again.`);
}

function judgeName(name: string, entries: ReadonlyMap<string, Entry>): void {
  if (/[\p{Cc}\u2028\u2029]/u.test(name)) {
    refuse('unsafe_name', ZIP, 'a file in it has control characters in its name. Rename it.');
  }
  if (name.includes('/')) {
    refuse(
      'nested_folder',
      name,
      'is in a folder. The CSV files must be at the root of the zip: zip the files, not their folder.',
    );
  }
  if (/\.zip$/i.test(name)) {
    refuse(
      'nested_zip',
      name,
      'is a zip in the zip. Put the CSV files themselves at the root of one zip.',
    );
  }
  if (entries.has(name)) refuse('duplicate_file', name, 'is in the zip twice. Leave one.');
}

function judgeSize(entry: Entry): void {
  const { fileName, uncompressedSize: size, compressedSize: packed } = entry;
  if (entry.isEncrypted())
    refuse('encrypted', fileName, 'is encrypted. Zip the files without a password.');
  const suspicious = size > minSuspiciousBytes && size > packed * maxUnpackRatio;
  if (size > maxUnpackedBytes || suspicious) tooMuch(fileName);
}

function tooMuch(name: string): never {
  return refuse(
    'zip_bomb',
    name,
    `unpacks to far more than a roster has (at most ${maxUnpackedBytes} bytes in all, and ${maxUnpackRatio} times the packed size). Nothing was unpacked.`,
  );
}

/** yauzl stops a stream that gives more or fewer bytes than announced, but does not sum them up. */
async function openEntry(
  zip: ZipFile,
  entries: ReadonlyMap<string, Entry>,
  name: string,
): Promise<Readable> {
  const entry = entries.get(name);
  if (entry === undefined) throw new Error(`broken invariant: the zip has no ${name}`);
  try {
    const content = await zip.openReadStreamPromise(entry);
    const out = checkedSum(name, entry.crc32);
    content.on('error', (error) => out.destroy(new DamagedEntry(name, reasonOf(error))));
    return content.pipe(out);
  } catch (error) {
    return damaged(name, reasonOf(error));
  }
}

function checkedSum(name: string, expected: number): Transform {
  let sum = 0;
  return new Transform({
    transform: (chunk: Buffer, _encoding, done) => {
      sum = crc32(chunk, sum);
      done(null, chunk);
    },
    flush: (done) => done(sum === expected ? null : new DamagedEntry(name, 'its CRC-32 differs')),
  });
}

/** Thrown out of the stream of a file in a zip. */
export class DamagedEntry extends Error {
  readonly file: string;

  constructor(file: string, reason: string) {
    super(reason);
    this.file = file;
  }
}

export function damaged(name: string, reason: string): never {
  return refuse('damaged', name, `cannot be unpacked (${reason}). Zip the files again.`);
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
