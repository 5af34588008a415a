import t from 'tap';
import { actorOf, newAttempt, PEOPLE, TestCourse } from '../test-course.ts';
import { getAssignmentStatistics } from './assignment-statistics.ts';

const MINUTE = 60_000;
const POLICY = {
  rate_percent: 1_000,
  interval_seconds: 60,
  cap_percent: 10_000,
  floor_percent: 0,
  basis: 'points_possible',
};

/** Students `usr_s1` to `usr_s6`; `asg_1` of 100 points is due in ten minutes. */
class Scene extends TestCourse {
  readonly due = this.now + 10 * MINUTE;

  constructor(assignment: object = {}) {
    super();
    for (let n = 1; n <= 6; n += 1) {
      this.addUser(`usr_s${n}`, 'student');
      this.must(PEOPLE.instructor, 'ENROLL', {
        course_id: 'crs_1',
        user_id: `usr_s${n}`,
        role: 'student',
      });
    }
    for (const user_id of [PEOPLE.student, PEOPLE.otherStudent]) this.leave(user_id);
    this.addAssignment('asg_1', { points_possible: 100_000, due_at: this.due, ...assignment });
  }

  leave(user_id: string): void {
    this.must(PEOPLE.instructor, 'UNENROLL', { course_id: 'crs_1', user_id });
  }

  /** @param late ms after the due date; arrives at once */
  hand(n: number, late: number): void {
    this.now = Math.max(this.now, this.due + late);
    this.apply(`usr_s${n}`, 'SUBMIT_ASSIGNMENT', newAttempt({ submission_id: `sub_${n}` }), {
      received_at: this.due + late,
    });
  }

  grade(n: number, points: number, changes: object = {}): void {
    this.must(PEOPLE.instructor, 'GRADE_ASSIGNMENT', {
      submission_id: `sub_${n}`,
      expected_version: 0,
      points: points * 1000,
      feedback_md: '',
      state: 'posted',
      attempt: null,
      reason: null,
      ...changes,
    });
  }

  get statistics() {
    return getAssignmentStatistics(this.reader, actorOf('ta'), 'asg_1');
  }

  get shares(): number[] {
    return this.statistics.distribution.map(({ grades }) => grades);
  }
}

t.test('of an assignment that nobody has touched', (t) => {
  const scene = new Scene();
  t.same(scene.statistics, {
    assignment_id: 'asg_1',
    points_possible: 100,
    students: 6,
    submitted: 0,
    submission_rate_percent: 0,
    on_time: 0,
    late: 0,
    ungraded: 0,
    graded: 0,
    points: null,
    distribution: Array.from({ length: 10 }, (_, n) => ({
      from_percent: 10 * n,
      to_percent: 10 * (n + 1),
      grades: 0,
    })),
  });
  for (let n = 1; n <= 6; n += 1) scene.leave(`usr_s${n}`);
  t.match(scene.statistics, { students: 0, submission_rate_percent: null });
  t.end();
});

t.test('who handed in, in time and late, and what they got', (t) => {
  const scene = new Scene();
  for (const n of [1, 2]) scene.hand(n, -MINUTE);
  scene.hand(3, 0);
  scene.hand(4, 1);
  t.match(scene.statistics, {
    submitted: 4,
    submission_rate_percent: 66.67,
    on_time: 3,
    late: 1,
    ungraded: 4,
    graded: 0,
  });
  scene.grade(1, 100);
  scene.grade(2, 70.5);
  scene.grade(3, 20);
  t.match(scene.statistics, {
    ungraded: 1,
    graded: 3,
    points: { mean: 63.5, median: 70.5, min: 20, max: 100 },
  });
  t.same(scene.shares, [0, 0, 1, 0, 0, 0, 0, 1, 0, 1]);
  scene.grade(4, 80, { state: 'draft' });
  t.match(scene.statistics, { graded: 3, ungraded: 0 }, 'a draft does not count');
  scene.grade(1, 90, { expected_version: 1 });
  t.match(scene.statistics, { graded: 3, points: { max: 90 } }, 'the latest version counts');
  scene.leave('usr_s2');
  t.match(scene.statistics, {
    students: 5,
    submitted: 3,
    on_time: 2,
    late: 1,
    graded: 2,
    points: { mean: 55, median: 55 },
  });
  scene.leave('usr_s4');
  t.match(scene.statistics, { submitted: 2, on_time: 2, late: 0 });
  t.end();
});

t.test('lateness is that of the latest attempt, by the dates as they are now', (t) => {
  const scene = new Scene();
  scene.hand(1, -1);
  scene.hand(2, 5 * MINUTE);
  t.match(scene.statistics, { on_time: 1, late: 1 });
  scene.hand(1, 6 * MINUTE);
  t.match(scene.statistics, { on_time: 0, late: 2 });
  const move = (changes: object, version: number) =>
    scene.must(PEOPLE.instructor, 'UPDATE_ASSIGNMENT', {
      assignment_id: 'asg_1',
      expected_version: version,
      ...changes,
    });
  move({ due_at: scene.due + 5 * MINUTE }, 1);
  t.match(scene.statistics, { on_time: 1, late: 1 });
  move({ grace_seconds: 60 }, 2);
  t.match(scene.statistics, { on_time: 2, late: 0 });
  move({ grace_seconds: 0, due_at: null }, 3);
  t.match(scene.statistics, { on_time: 2, late: 0 });
  t.end();
});

t.test('students with dates of their own are judged by those', (t) => {
  const scene = new Scene();
  scene.hand(1, -5 * MINUTE);
  scene.hand(2, 5 * MINUTE);
  scene.hand(3, 5 * MINUTE);
  const override = (n: number, due_at: number | null) =>
    scene.must(PEOPLE.instructor, 'PUT_OVERRIDE', {
      assignment_id: 'asg_1',
      user_id: `usr_s${n}`,
      due_at,
      reason: null,
    });
  t.match(scene.statistics, { on_time: 1, late: 2 });
  override(2, scene.due + 5 * MINUTE);
  t.match(scene.statistics, { on_time: 2, late: 1 });
  override(1, scene.due - 6 * MINUTE);
  t.match(scene.statistics, { on_time: 1, late: 2 }, 'also where they are earlier');
  override(3, null);
  t.match(scene.statistics, { on_time: 2, late: 1 });
  t.end();
});

t.test('points are those after the late policy, of the attempt that was judged', (t) => {
  const scene = new Scene({ late_policy: POLICY });
  scene.hand(1, 0);
  scene.hand(2, MINUTE);
  scene.hand(3, 3 * MINUTE);
  for (const n of [1, 2, 3]) scene.grade(n, 90);
  t.match(scene.statistics.points, { mean: 76.667, median: 80, min: 60, max: 90 });
  t.same(scene.shares, [0, 0, 0, 0, 0, 0, 1, 0, 1, 1]);
  scene.hand(1, 4 * MINUTE);
  t.match(scene.statistics, { late: 3, points: { max: 90 } }, 'the one in time was judged');
  scene.grade(1, 90, { expected_version: 1 });
  t.match(scene.statistics, { graded: 3, points: { min: 50, max: 80 } });
  scene.must(PEOPLE.instructor, 'UPDATE_ASSIGNMENT', {
    assignment_id: 'asg_1',
    expected_version: 1,
    late_policy: null,
  });
  t.match(scene.statistics.points, { min: 90, max: 90, mean: 90 });
  t.end();
});

t.test('the attempt that was judged may be late although the latest one is not', (t) => {
  const scene = new Scene({ late_policy: POLICY });
  scene.hand(1, MINUTE / 2);
  scene.grade(1, 90);
  // Through a node whose clock is a little behind.
  scene.hand(1, -MINUTE / 2);
  t.match(scene.statistics, { on_time: 1, late: 0, points: { max: 80 } });
  t.end();
});

t.test('extra credit counts in the last part', (t) => {
  const scene = new Scene({ extra_credit: true });
  scene.hand(1, 0);
  scene.grade(1, 120);
  t.match(scene.statistics.points, { mean: 120, max: 120 });
  t.same(scene.shares, [0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
  t.end();
});

t.test('everything is found by index', (t) => {
  const scene = new Scene();
  const plan = scene.reader
    .all<{ detail: string }>(
      `EXPLAIN QUERY PLAN SELECT s.student_id, c.points FROM submissions s
         JOIN gradebook_students g
           ON g.course_id = s.course_id AND g.student_id = s.student_id AND g.enrolled = 1
         JOIN gradebook_cells c ON c.student = g.number AND c.assignment = 1
        WHERE s.assignment = 1 AND s.latest_counted_at > 5`,
    )
    .map(({ detail }) => detail);
  t.match(plan, [/SEARCH s USING INDEX submissions_counted/, /SEARCH g/, /SEARCH c/]);
  t.end();
});

t.test('only staff reads them', (t) => {
  const scene = new Scene();
  const read = (person: Parameters<typeof actorOf>[0]) => () =>
    getAssignmentStatistics(scene.reader, actorOf(person), 'asg_1');
  t.throws(read('foreignInstructor'), { code: 'not_found' });
  t.doesNotThrow(read('admin'));
  scene.must(PEOPLE.instructor, 'ENROLL', {
    course_id: 'crs_1',
    user_id: PEOPLE.student,
    role: 'student',
  });
  t.throws(read('student'), { code: 'forbidden' });
  t.end();
});
