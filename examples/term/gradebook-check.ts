import { parse } from 'csv-parse/sync';
import { done, type LmsClient } from '../../clients/typescript/connect.ts';
import type { Assigned } from './course-work.ts';
import { type ModelWork, modelCell, modelTotals } from './model.ts';
import type { Student } from './school.ts';

/** What the model is told: the work of each student by username, in the order of `assignments`. */
export interface Term {
  readonly course_id: string;
  readonly assignments: readonly Assigned[];
  readonly students: readonly Student[];
  readonly work: ReadonlyMap<string, readonly ModelWork[]>;
}

interface Row {
  readonly cells: readonly ReturnType<typeof modelCell>[];
  readonly totals: ReturnType<typeof modelTotals>;
}

export interface Verdict {
  readonly checked: number;
  /** `username, column: gradebook says … model says …` */
  readonly differences: readonly string[];
}

type Value = string | number | null | undefined;

class Comparison {
  checked = 0;
  readonly differences: string[] = [];

  compare(where: string, actual: Value, expected: Value): void {
    this.checked += 1;
    if (actual === expected) return;
    this.differences.push(`${where}: the gradebook says ${actual}, the model ${expected}`);
  }
}

/** The row of one student as it ought to be. */
export function modelRow(assignments: readonly Assigned[], work: readonly ModelWork[]): Row {
  const cells = assignments.map((assignment, n) => {
    const one = work[n];
    return one === undefined ? null : modelCell(assignment, one);
  });
  const points = cells.map((cell) => cell?.final_points ?? null);
  return { cells, totals: modelTotals(assignments, points) };
}

/** Reads the gradebook page by page and compares every cell of it. */
export async function checkJson(teacher: LmsClient, term: Term): Promise<Verdict> {
  const result = new Comparison();
  const seen = new Set<string>();
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const query = { limit: 7, ...(cursor !== undefined && { cursor }) };
    const path = { course_id: term.course_id };
    const page = await done(
      teacher.GET('/v1/courses/{course_id}/gradebook', { params: { path, query } }),
    );
    if (typeof page === 'string') throw new Error('the gradebook came as CSV, unasked');
    const columns = page.assignments.map(({ id }) => id).join();
    result.compare('columns', columns, term.assignments.map(({ id }) => id).join());
    for (const { student, cells, current_percent, final_percent } of page.items) {
      const name = student.username;
      seen.add(name);
      const expected = modelRow(term.assignments, term.work.get(name) ?? []);
      result.compare(`${name}, current`, current_percent, expected.totals.current_percent);
      result.compare(`${name}, final`, final_percent, expected.totals.final_percent);
      term.assignments.forEach(({ title }, n) => {
        const [cell, model] = [cells[n], expected.cells[n]];
        const where = `${name}, ${title}`;
        result.compare(`${where}, attempts`, cell?.attempt_count, model?.attempt_count);
        result.compare(`${where}, late_ms`, cell?.late_ms, model?.late_ms);
        result.compare(`${where}, points`, cell?.grade?.points, model?.points ?? undefined);
        const final = model?.final_points ?? undefined;
        result.compare(`${where}, final points`, cell?.grade?.final_points, final);
      });
    }
    cursor = page.next_cursor;
  }
  result.compare('students', [...seen].sort().join(), usernames(term));
  return result;
}

/** The same for the CSV: its header, and each field of each line. */
export async function checkCsv(teacher: LmsClient, term: Term): Promise<Verdict> {
  const text = (await done(
    teacher.GET('/v1/courses/{course_id}/gradebook', {
      params: { path: { course_id: term.course_id } },
      headers: { Accept: 'text/csv' },
      parseAs: 'text',
    }),
  )) as unknown as string;
  const lines: string[][] = parse(text);
  const [header = [], ...rows] = lines;
  const result = new Comparison();
  const titles = term.assignments.map((one) => `${one.title} (${one.points_possible}) [${one.id}]`);
  const before = ['student_id', 'username', 'display_name', 'base_index'];
  const names = [...before, ...titles, 'current_percent', 'final_percent'];
  result.compare('header', header.join(), names.join());
  const students = new Map(term.students.map((one) => [one.username, one]));
  for (const [id, name = '', , , ...fields] of rows) {
    const { cells, totals } = modelRow(term.assignments, term.work.get(name) ?? []);
    const points = cells.map((cell) => cell?.points ?? null);
    const expected = [...points, totals.current_percent, totals.final_percent];
    result.compare(`${name}, id`, id, students.get(name)?.id);
    expected.forEach((value, n) => {
      const where = `${name}, ${names[before.length + n]}`;
      result.compare(where, fields[n], value === null ? '' : String(value));
    });
  }
  result.compare(
    'students',
    rows
      .map(([, name]) => name)
      .sort()
      .join(),
    usernames(term),
  );
  return result;
}

function usernames({ students }: Term): string {
  return students
    .map(({ username }) => username)
    .sort()
    .join();
}
