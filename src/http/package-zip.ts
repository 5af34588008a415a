import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { ZipFile } from 'yazl';

/** Zips are dated; the same course gives the same bytes whenever it is exported. */
const noDate = new Date('2000-01-01T00:00:00Z');

/** A zip that is sent while it is made; its last entry says what the others are. */
export class PackageZip {
  /** The bytes; when it is destroyed, what was sent is no whole zip. */
  readonly content: Readable;
  readonly #zip = new ZipFile();
  readonly #entries: { name: string; sha256: string; size_bytes: number }[] = [];
  #current: Readable | null = null;

  constructor() {
    this.content = Readable.from(this.#zip.outputStream as Readable);
    this.#zip.on('error', (error: Error) => this.content.destroy(error));
    // Whoever stops reading ends what is being read for them.
    this.content.once('close', () => this.#current?.destroy());
  }

  /** Resolves when the zip has taken all of it in: one entry is open at a time. */
  async addJson(name: string, text: AsyncIterable<string>): Promise<void> {
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

  /** As `addJson`, for bytes whose digest is known. */
  async addFile(
    name: string,
    file: { readonly sha256: string; readonly size_bytes: number },
    content: Readable,
  ): Promise<void> {
    await this.#add(name, content, false);
    this.#entries.push({ name, sha256: file.sha256, size_bytes: file.size_bytes });
  }

  /** Nothing comes after it. */
  end(manifest: object): void {
    const text = JSON.stringify({ ...manifest, entries: this.#entries });
    this.#zip.addBuffer(Buffer.from(text), 'manifest.json', { mtime: noDate });
    this.#zip.end();
  }

  async #add(name: string, content: Readable, compress: boolean): Promise<void> {
    this.#current = content;
    this.#zip.addReadStream(content, name, { mtime: noDate, compress });
    await finished(content);
  }
}
