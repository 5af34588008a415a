import type { OutageRule, OutageRules } from './outage-rules.ts';

const hour = 3_600;
const day = 24 * hour;

const rule = (changes: Partial<OutageRule>): OutageRule => ({
  min_outage_seconds: 0,
  covers_due_after_seconds: 0,
  covers_rest_of_day: false,
  extend_by_seconds: day,
  extend_from: 'original',
  business_days: false,
  allow_resubmit: false,
  ...changes,
});

/**
 * University of Reading, Assessment Handbook 6, annex 2, 1.6: shorter than an hour, due during and
 * within an hour after; an hour or longer, within 24 hours after: 24 hours from the original deadline,
 * and then also who has submitted may do so again.
 */
export const READING: OutageRules = {
  rules: [
    rule({ covers_due_after_seconds: hour }),
    rule({ min_outage_seconds: hour, covers_due_after_seconds: day, allow_resubmit: true }),
  ],
  utc_offset_minutes: 0,
  holidays: [],
};

/**
 * University of Waterloo, guidelines of 19 June 2013: four hours or more, due on the day: 24 hours
 * after the service is restored; on a Friday or before a holiday not before the next business day.
 */
export const WATERLOO: OutageRules = {
  rules: [
    rule({
      min_outage_seconds: 4 * hour,
      covers_rest_of_day: true,
      extend_from: 'restoration',
      business_days: true,
    }),
  ],
  utc_offset_minutes: -5 * 60,
  holidays: ['2026-12-25'],
};

/**
 * University of Bergen, case 25/07: unavailable on the day of submission: at least one day; for more
 * than a day: at least two.
 */
export const BERGEN: OutageRules = {
  rules: [
    rule({ covers_rest_of_day: true }),
    rule({ min_outage_seconds: day + 1, covers_rest_of_day: true, extend_by_seconds: 2 * day }),
  ],
  utc_offset_minutes: 60,
  holidays: [],
};
