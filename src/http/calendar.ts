import ical from 'ical-generator';
import type { DueDate } from '../lms/queries/feeds.ts';

/** How often a program should ask again. */
const refreshSeconds = 3_600;
/** `SEQUENCE` counts seconds from here: a 32-bit integer until 2088. */
const sequenceFrom = Date.UTC(2020, 0, 1);

/**
 * Due dates as iCalendar (RFC 5545), in UTC: the same bytes for the same dates. An event has the same
 * `UID` for ever, and a higher `SEQUENCE` after a change. Without a `METHOD`, which would make it a message
 * from an organizer (RFC 5546) and not a calendar to look at.
 */
export function calendarOf(dueDates: readonly DueDate[]): string {
  const calendar = ical({
    name: 'Due dates',
    prodId: { company: 'Quorum LMS', product: 'Calendar', language: 'EN' },
    ttl: refreshSeconds,
  });
  for (const due of dueDates) {
    const changed = new Date(due.changed_at);
    // Without an end it ends when it begins: a DTEND must be later.
    calendar.createEvent({
      id: `${due.assignment_id}@quorum-lms`,
      start: new Date(due.due_at),
      stamp: changed,
      lastModified: changed,
      sequence: Math.max(0, Math.floor((due.changed_at - sequenceFrom) / 1000)),
      summary: `${due.course_code}: ${due.title}`,
    });
  }
  return calendar.toString();
}
