import {
  countPassages,
  countUnread,
  type PassageScope,
  searchPassages,
} from '../lms/queries/passages.ts';
import type { Reader } from '../lms/reader.ts';
import type { PassageIndex } from './passage.ts';

/** The passages of a course. Does not ask who searches. */
export function courseIndex(reader: Reader, scope: PassageScope): PassageIndex {
  return {
    search: (match, limit) => searchPassages(reader, scope, match, limit),
    count: (match) => countPassages(reader, scope, match),
    unread: () => countUnread(reader, scope),
  };
}
