import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { BusboyInstance } from '@fastify/busboy';
import { Problem } from './problem.ts';

interface MultipartRules<File> {
  readonly contentType: string;
  readonly maxFiles: number;
  /** Names of the fields that are known; others are refused. */
  readonly fields: readonly string[];
  readonly maxFieldBytes: number;
  /** Takes one file in; must read the stream to its end, or throw. */
  readonly takeFile: (content: Readable, filename: string, declaredType: string) => Promise<File>;
}

interface Multipart<File> {
  /** In the order of the body. */
  readonly files: File[];
  readonly fields: ReadonlyMap<string, string>;
}

const maxPartHeaders = 20;
const maxPartHeaderBytes = 8 * 1024;

/**
 * Reads a `multipart/form-data` body (RFC 7578) as a stream: files are handed on while they arrive.
 * When anything fails, `discard` has been called for every file that was taken in.
 */
export async function readMultipart<File>(
  body: AsyncIterable<Uint8Array>,
  rules: MultipartRules<File>,
  discard: (file: File) => Promise<void>,
): Promise<Multipart<File>> {
  const stop = new AbortController();
  const parser = await parserFor(rules);
  const fields = new Map<string, string>();
  const contents = new Set<Readable>();
  const taken: Promise<File>[] = [];
  refuseExcess(parser, rules, (problem) => stop.abort(problem));
  parser.on('file', (_field, content, filename, _encoding, declaredType) => {
    contents.add(content);
    // A body that ends within a file: told to the file, not to the parser.
    content.on('error', () => stop.abort(incomplete()));
    const taking = rules.takeFile(content, filename ?? '', declaredType);
    taking.catch((error) => stop.abort(error));
    taken.push(taking);
  });
  parser.on('field', (name, value) => fields.set(name, value));
  try {
    await pipeline(body, parser, { signal: stop.signal });
    return { files: await Promise.all(taken), fields };
  } catch (error) {
    const cause = stop.signal.aborted ? stop.signal.reason : asProblem(error);
    for (const content of contents) content.destroy(cause);
    for (const outcome of await Promise.allSettled(taken)) {
      if (outcome.status === 'fulfilled') await discard(outcome.value);
    }
    throw cause;
  }
}

async function parserFor(rules: MultipartRules<unknown>): Promise<BusboyInstance> {
  const { Busboy } = await import('@fastify/busboy');
  try {
    return new Busboy({
      headers: { 'content-type': rules.contentType },
      preservePath: true,
      limits: {
        files: rules.maxFiles,
        fields: rules.fields.length,
        fieldSize: rules.maxFieldBytes,
        headerPairs: maxPartHeaders,
        headerSize: maxPartHeaderBytes,
      },
    });
  } catch (error) {
    throw asProblem(error);
  }
}

function refuseExcess(
  parser: BusboyInstance,
  rules: MultipartRules<unknown>,
  refuse: (problem: Problem) => void,
): void {
  parser.on('filesLimit', () => {
    refuse(new Problem('invalid_request', `The body may have at most ${rules.maxFiles} file(s).`));
  });
  parser.on('fieldsLimit', () => {
    refuse(new Problem('unknown_field', 'The body has more fields than this operation knows.'));
  });
  parser.on('field', (name, _value, _nameCut, valueCut) => {
    if (!rules.fields.includes(name)) {
      refuse(
        new Problem('unknown_field', 'The body has a field that this operation does not know.'),
      );
    } else if (valueCut) {
      const limit = rules.maxFieldBytes;
      refuse(new Problem('invalid_request', `A field may have at most ${limit} bytes.`));
    }
  });
}

function asProblem(error: unknown): unknown {
  return error instanceof Problem ? error : incomplete();
}

function incomplete(): Problem {
  return new Problem(
    'invalid_request',
    'The body is not complete multipart/form-data (RFC 7578), or its boundary is missing.',
  );
}
