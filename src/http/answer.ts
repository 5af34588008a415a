import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { drainWhenAnswered } from './drain.ts';
import { DATA_HEADERS } from './secure-headers.ts';

type Body = string | Uint8Array | ReadableStream | null;

/** An answer as Node sends it: gathered while the request is handled, written at once. */
export class Answer {
  /** 0: there is none yet. */
  status = 0;
  body: Body = null;
  /** Names and values in turn. */
  readonly fields: string[] = DATA_HEADERS.slice();

  set(name: string, value: string): void {
    const at = this.#find(name);
    if (at === null) this.fields.push(name, value);
    else this.fields[at + 1] = value;
  }

  append(name: string, value: string): void {
    this.fields.push(name, value);
  }

  remove(name: string): void {
    const at = this.#find(name);
    if (at !== null) this.fields.splice(at, 2);
  }

  #find(name: string): number | null {
    const { fields } = this;
    for (let at = 0; at < fields.length; at += 2) {
      if (isSameName(fields[at] as string, name)) return at;
    }
    return null;
  }
}

function isSameName(a: string, b: string): boolean {
  return a === b || (a.length === b.length && a.toLowerCase() === b.toLowerCase());
}

/**
 * Resolves when all of it is handed to the connection. Rejects when nobody gave an answer or its body
 * breaks off: then the connection is to be cut, so that the client does not take what it has for all.
 */
export function sendAnswer(
  answer: Answer,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): void | Promise<void> {
  const { status, body, fields } = answer;
  if (status === 0) throw new Error('broken invariant: a handler gave an answer past its context');
  if (!incoming.complete) drainWhenAnswered(incoming, outgoing);
  if (body instanceof ReadableStream) {
    outgoing.writeHead(status, fields);
    return sendStream(body, incoming, outgoing);
  }
  if (body !== null) answer.set('Content-Length', String(Buffer.byteLength(body)));
  else if (incoming.method !== 'HEAD' && status !== 204 && status !== 304) {
    answer.set('Content-Length', '0');
  }
  outgoing.writeHead(status, fields);
  if (body === null) outgoing.end();
  else outgoing.end(body);
}

async function sendStream(
  body: ReadableStream,
  { method }: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  if (method === 'HEAD') {
    outgoing.end();
    return body.cancel();
  }
  // Nothing would take the source over any more, and so nothing would let go of what is behind it.
  if (outgoing.destroyed) return body.cancel();
  outgoing.flushHeaders();
  await pipeline(Readable.fromWeb(body as Parameters<typeof Readable.fromWeb>[0]), outgoing);
}
