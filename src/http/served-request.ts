import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';

/**
 * What the app uses of the Fetch API's `Request`, straight from Node's: to build one of those, with its
 * headers, streams and signals, costs more than all that the app does for a small request.
 */
export class ServedRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: { get(name: string): string | null };
  readonly #incoming: IncomingMessage;
  #body: ReadableStream<Uint8Array> | null = null;

  constructor(incoming: IncomingMessage, url: string) {
    this.#incoming = incoming;
    this.method = incoming.method ?? 'GET';
    this.url = url;
    this.headers = new ServedHeaders(incoming.headers);
  }

  /** `null` when the request announces none. */
  get body(): ReadableStream<Uint8Array> | null {
    if (!this.#announcesBody()) return null;
    this.#body ??= Readable.toWeb(this.#incoming) as ReadableStream<Uint8Array>;
    return this.#body;
  }

  /** The whole body; rejects when the client leaves before its end. */
  bytes(): Promise<Uint8Array> {
    return this.#announcesBody() ? bytesOf(this.#incoming) : Promise.resolve(NOTHING);
  }

  /** Fires when the client leaves before it has its answer. */
  get signal(): AbortSignal {
    return this.#incoming.signal;
  }

  #announcesBody(): boolean {
    const { headers } = this.#incoming;
    return 'content-length' in headers || 'transfer-encoding' in headers;
  }
}

const NOTHING = new Uint8Array();

class ServedHeaders {
  readonly #fields: NodeJS.Dict<string | string[]>;

  constructor(fields: NodeJS.Dict<string | string[]>) {
    this.#fields = fields;
  }

  get(name: string): string | null {
    const value = this.#fields[name.toLowerCase()];
    return Array.isArray(value) ? value.join(', ') : (value ?? null);
  }
}

function bytesOf(incoming: IncomingMessage): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const cut = () => {
      if (!incoming.readableEnded) reject(new Error('The client left before the end of its body.'));
    };
    if (incoming.destroyed) return cut();
    // The body of a small request has come with its headers.
    if (incoming.complete) return resolve(incoming.read() ?? NOTHING);
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const [first] = chunks;
      resolve(first !== undefined && chunks.length === 1 ? first : Buffer.concat(chunks));
    });
    incoming.on('close', cut);
  });
}
