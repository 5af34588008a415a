import type { ApiContext } from './env.ts';

/**
 * The body in pieces as they arrive. Leaving it early does not cancel the body: the server drains
 * what is left, so that the client gets to read the answer.
 */
export async function* bodyStream(c: ApiContext): AsyncGenerator<Uint8Array> {
  const reader = c.req.raw.body?.getReader();
  if (reader === undefined) return;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    reader.releaseLock();
  }
}
