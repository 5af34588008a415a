import { ollamaLimits } from '../limits.ts';
import { OllamaError } from './ollama-error.ts';

/**
 * Passes NDJSON on line by line, each one checked to be a JSON object. ollama-js prints a line that
 * it cannot parse to the console (it is a student's text) and loses it; so it must never see one.
 * Also bounds the line and the sum.
 *
 * @throws OllamaError `bad_output`, into the stream
 */
export function checkedLines(): TransformStream<Uint8Array, Uint8Array> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const encoder = new TextEncoder();
  let total = 0;
  let parts: string[] = [];
  let partsLength = 0;

  const take = (text: string, controller: TransformStreamDefaultController<Uint8Array>): void => {
    const lines = text.split('\n');
    const rest = lines.pop() ?? '';
    for (const line of lines) {
      const whole = [...parts, line].join('').trim();
      parts = [];
      partsLength = 0;
      if (whole !== '') controller.enqueue(encoder.encode(`${checked(whole)}\n`));
    }
    parts.push(rest);
    partsLength += rest.length;
    if (partsLength > ollamaLimits.maxLineBytes) throw bad('a line without end');
  };

  return new TransformStream({
    transform(chunk, controller) {
      total += chunk.byteLength;
      if (total > ollamaLimits.maxResponseBytes) throw bad('more bytes than any answer has');
      take(
        decode(() => decoder.decode(chunk, { stream: true })),
        controller,
      );
    },
    flush(controller) {
      take(`${decode(() => decoder.decode())}\n`, controller);
    },
  });
}

function checked(line: string): string {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return line;
  } catch {
    throw bad('a line that is not JSON');
  }
  throw bad('a line that is not an object');
}

function decode(run: () => string): string {
  try {
    return run();
  } catch {
    throw bad('bytes that are not UTF-8');
  }
}

function bad(what: string): OllamaError {
  return new OllamaError('bad_output', `Ollama sent ${what}`);
}
