import type { ApiContext } from './env.ts';
import { maxJsonDepth } from './limits.ts';
import { Problem } from './problem.ts';

/**
 * Reads a JSON body within its limits and leaves it where the validators find it. What is left
 * unread of a refused body is drained by the server, so that the connection lives on.
 */
export async function readJsonBody(c: ApiContext, maxBytes: number): Promise<void> {
  const bytes = await readBytes(c, maxBytes);
  const text = decode(bytes);
  if (mayBeDeeperThan(text, maxJsonDepth) && deeperThan(text, maxJsonDepth)) {
    throw new Problem('invalid_json', `The body is nested more than ${maxJsonDepth} deep.`);
  }
  try {
    c.set('jsonBody', JSON.parse(text));
  } catch (error) {
    throw new Problem('invalid_json', `The body is not JSON: ${(error as Error).message}.`);
  }
}

/**
 * The body as it came, at most `maxBytes` of it, else `payload_too_large`. A body of known length is
 * refused before it is read and otherwise read in the server's fast way.
 */
async function readBytes(c: ApiContext, maxBytes: number): Promise<Uint8Array> {
  const length = c.req.header('content-length');
  if (length !== undefined && Number(length) > maxBytes) throw tooLarge(maxBytes);
  try {
    if (length !== undefined) return await c.req.raw.bytes();
    return await readCounting(c, maxBytes);
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw new Problem('invalid_request', 'The body ended before it was complete.');
  }
}

async function readCounting(c: ApiContext, maxBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  const reader = c.req.raw.body?.getReader();
  while (reader !== undefined) {
    const { done, value } = await reader.read();
    if (done) break;
    bytes += value.length;
    if (bytes > maxBytes) {
      reader.releaseLock();
      throw tooLarge(maxBytes);
    }
    chunks.push(value);
  }
  return Buffer.concat(chunks);
}

function tooLarge(maxBytes: number): Problem {
  return new Problem('payload_too_large', `The body may have at most ${maxBytes} bytes.`, {
    extra: { max_bytes: maxBytes },
  });
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

function decode(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw new Problem('invalid_json', 'The body is not UTF-8.');
  }
}

/** Few bodies have as many brackets as they may be deep. */
function mayBeDeeperThan(text: string, limit: number): boolean {
  return countOf('{', text, limit) + countOf('[', text, limit) > limit;
}

/** Counts no further than just above `limit`. */
function countOf(char: string, text: string, limit: number): number {
  let count = 0;
  for (let at = text.indexOf(char); at !== -1 && count <= limit; at = text.indexOf(char, at + 1)) {
    count += 1;
  }
  return count;
}

/** One pass, no recursion: `JSON.parse` itself would only fail when the stack is full. */
function deeperThan(text: string, limit: number): boolean {
  let depth = 0;
  let inString = false;
  for (let at = 0; at < text.length; at += 1) {
    const char = text.charCodeAt(at);
    if (inString) {
      if (char === 0x5c) at += 1;
      else if (char === 0x22) inString = false;
    } else if (char === 0x22) inString = true;
    else if (char === 0x7b || char === 0x5b) {
      depth += 1;
      if (depth > limit) return true;
    } else if (char === 0x7d || char === 0x5d) depth -= 1;
  }
  return false;
}
