import { extractionLimits } from '../limits.ts';
import { type ChildMessage, childMessage } from './protocol.ts';

/**
 * The lines of a child's stdout as checked messages. The child reads hostile files, so what it
 * writes is foreign, too: bounded in line and sum, decoded strictly, validated.
 *
 * @throws when the output is not the protocol.
 */
export async function* childLines(stdout: AsyncIterable<Uint8Array>): AsyncGenerator<ChildMessage> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let total = 0;
  let rest = '';
  for await (const chunk of stdout) {
    total += chunk.byteLength;
    if (total > extractionLimits.maxOutputBytes) throw new Error('the child wrote too much');
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > extractionLimits.maxLineBytes) throw new Error('the line is too long');
    for (const line of lines) yield childMessage.parse(JSON.parse(line));
  }
  if (rest !== '') throw new Error('the last line was cut off');
}
