import type { Writable } from 'node:stream';

/**
 * Writes a body into a stream and ends it; stops quietly when the other end needs no more.
 * Not `pipeline`, which would destroy the stream then, and with it an answer that came early.
 */
export async function pump(body: AsyncIterable<Uint8Array>, stream: Writable): Promise<void> {
  for await (const piece of body) {
    if (stream.destroyed || stream.writableEnded) return;
    if (!stream.write(piece)) await drained(stream);
  }
  stream.end();
}

function drained(stream: Writable): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      stream.off('drain', done);
      stream.off('close', done);
      resolve();
    };
    stream.on('drain', done);
    stream.on('close', done);
    if (stream.destroyed) done();
  });
}
