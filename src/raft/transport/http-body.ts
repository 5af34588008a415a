import { constants, type ServerHttp2Stream } from 'node:http2';
import { encode } from './codec.ts';
import { Refused } from './refusals.ts';

export const MSGPACK = 'application/msgpack';

/** The whole body, or a throw of `Refused` 'oversized' or 'truncated'. */
export async function readBody(stream: ServerHttp2Stream, maxBytes: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const part of stream.iterator({ destroyOnReturn: false })) {
      bytes += part.length;
      if (bytes > maxBytes) {
        throw new Refused(
          'oversized',
          `a message of more than ${maxBytes} bytes is over the limit`,
        );
      }
      parts.push(part);
    }
  } catch (error) {
    if (error instanceof Refused) throw error;
    throw new Refused('truncated', 'the request broke off');
  }
  if (stream.aborted) throw new Refused('truncated', 'the request broke off');
  return Buffer.concat(parts, bytes);
}

/** Answers with one map. Does nothing when the other end is gone. */
export function respond(stream: ServerHttp2Stream, status: number, body: object): void {
  if (stream.destroyed || stream.closed || stream.headersSent) return;
  stream.respond({ ':status': status, 'content-type': MSGPACK });
  stream.end(encode(body));
  abandonRequest(stream);
}

/**
 * Tells the other end that what it still sends is not read (RFC 9113 §8.1). Only after a response
 * with a body: nghttp2 forgets response headers that are still queued when the reset is, and only
 * a body makes `close` wait for them.
 */
export function abandonRequest(stream: ServerHttp2Stream): void {
  if (stream.endAfterHeaders || stream.readableEnded) stream.resume();
  else stream.close(constants.NGHTTP2_NO_ERROR);
}
