import type { NewPage } from '../lms/commands/store-material-pages.ts';
import { chunksOf } from './chunks.ts';
import type { ExtractedPage } from './extraction/protocol.ts';
import { jobLimits } from './limits.ts';

/** Pages with their chunks, in commands that the log takes: bounded in bytes and in number. */
export function pageBatches(pages: readonly ExtractedPage[]): NewPage[][] {
  const batches: NewPage[][] = [];
  let room = 0;
  for (const page of pages) {
    const bytes = Buffer.byteLength(page.text);
    const current = batches.at(-1);
    if (current === undefined || bytes > room || current.length >= jobLimits.maxBatchPages) {
      batches.push([]);
      room = jobLimits.maxBatchBytes;
    }
    room -= bytes;
    batches.at(-1)?.push({
      ...page,
      chunks: chunksOf(page.text).map(({ start, end }) => [start, end] as const),
    });
  }
  return batches;
}
