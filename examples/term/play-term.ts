import type { JSONWebKeySet } from 'jose';
import { connect, done } from '../../clients/typescript/connect.ts';
import { type Assigned, assign, ESSAY, LAB, override, setDue } from './course-work.ts';
import { crowd } from './crowd.ts';
import type { Term } from './gradebook-check.ts';
import { draftByRubric, gradeStudent, postAll, regrade, seesGrade } from './grading.ts';
import { type HandedIn, handIn } from './hand-in.ts';
import type { ModelWork } from './model.ts';
import { makeUpForOutage } from './outage.ts';
import { openSchool, type School, type Student } from './school.ts';

const hourMs = 3_600_000;

/** What the script may do to the nodes; all else goes through the API. */
export interface Nodes {
  /** Base addresses. */
  readonly addresses: readonly string[];
  readonly adminPassword: string;
  /** Ends the one that leads, at once and without warning. */
  killLeader(): Promise<void>;
  restart(): Promise<void>;
}

export interface Played extends School {
  readonly term: Term;
}

type Print = (line: string) => void;
type Work = { essay: ModelWork; lab: ModelWork };

const NOTHING: ModelWork = { counted_at: null, points: null, attempts: 0 };
const asWork = ({ counted_at, attempt }: HandedIn): ModelWork => ({
  counted_at,
  points: null,
  attempts: attempt,
});

/** Plays it, and keeps for the model what was done by whom. */
export async function playTerm(nodes: Nodes, print: Print): Promise<Played> {
  const school = await openSchool(nodes.addresses, nodes.adminPassword);
  const { admin, teacher, students, course_id } = school;
  print(`roster    imported: ${students.length} students, one course, one teacher`);
  const keys = await publicKeys(nodes.addresses);
  const work = new Map<string, Work>(
    students.map(({ username }) => [username, { essay: NOTHING, lab: NOTHING }]),
  );
  const note = (who: Student, what: Partial<Work>) =>
    work.set(who.username, { ...(work.get(who.username) as Work), ...what });

  const essays = await writeEssays(school, nodes, keys, note, print);
  await gradeEssays(school, essays, work, note, print);
  const lab = await writeLabs(school, keys, note, print);
  await gradeLabs(school, lab, work, note);
  await nodes.restart();
  print('nodes     the dead one is back');

  const [, , , , asking] = students;
  const asked = essays.handed.get(asking?.username ?? '');
  if (asking === undefined || asked === undefined) throw new Error('nobody asks for a regrade');
  await regrade(teacher, asking, asked.submission_id, { proof: 60, style: 37.5 });
  note(asking, { essay: { ...(work.get(asking.username) as Work).essay, points: 97.5 } });
  print(`regrade   ${asking.username} asked, and has 97.5 now`);

  const assignments = [essays.assigned, lab];
  const rows = [...work].map(([name, { essay, lab }]) => [name, [essay, lab]] as const);
  const term = { course_id, assignments, students, work: new Map(rows) };
  return { admin, teacher, students, course_id, term };
}

async function publicKeys(nodes: readonly string[]): Promise<JSONWebKeySet> {
  return (await done(connect({ nodes }).GET('/.well-known/jwks.json', {}))) as JSONWebKeySet;
}

interface Essays {
  readonly assigned: Assigned;
  readonly handed: ReadonlyMap<string, HandedIn>;
}

type Note = (who: Student, what: Partial<Work>) => void;

/** 22 in time, one of them twice; then the leader dies, the date comes, and 8 are late. */
async function writeEssays(
  { teacher, students, course_id }: School,
  nodes: Nodes,
  keys: JSONWebKeySet,
  note: Note,
  print: Print,
): Promise<Essays> {
  const open = await assign(teacher, course_id, ESSAY);
  const handed = new Map<string, HandedIn>();
  const hand = async (who: Student) => {
    const one = await handIn(who, open, keys);
    handed.set(who.username, one);
    note(who, { essay: asWork(one) });
  };
  const [punctual, late] = [students.slice(0, 22), students.slice(22)];
  await crowd(punctual, hand);
  await crowd(punctual.slice(0, 1), hand);
  await nodes.killLeader();
  const due = Math.max(...[...handed.values()].map(({ counted_at }) => counted_at)) + 1;
  const assigned = await setDue(teacher, open, due);
  const [excused] = late;
  if (excused !== undefined) await override(teacher, assigned, excused.id, due + hourMs);
  await crowd(late, hand);
  if (excused !== undefined) {
    const one = handed.get(excused.username) as HandedIn;
    note(excused, { essay: { ...asWork(one), own_due_at: due + hourMs } });
  }
  print(`essay     ${punctual.length} in time, one of them twice; receipts verified by the key`);
  print('nodes     the leader was killed (-9) and stays dead');
  print(`essay     ${late.length} after the date, one with a date of their own; receipts verified`);
  return { assigned, handed };
}

/** Drafts, which nobody sees, then all posted at once. */
async function gradeEssays(
  { teacher, students }: School,
  { assigned, handed }: Essays,
  work: ReadonlyMap<string, Work>,
  note: Note,
  print: Print,
): Promise<void> {
  await crowd(students, async (who, n) => {
    const rubric = { proof: 30 + n, style: 20 + (n % 7) * 2.5 };
    const id = handed.get(who.username)?.submission_id ?? '';
    await draftByRubric(teacher, id, rubric);
    const essay = work.get(who.username)?.essay ?? NOTHING;
    note(who, { essay: { ...essay, points: rubric.proof + rubric.style } });
    if (await seesGrade(who, id)) throw new Error(`${who.username} sees a draft`);
  });
  const posted = await postAll(teacher, assigned.id);
  const [first] = students;
  const seen = first && (await seesGrade(first, handed.get(first.username)?.submission_id ?? ''));
  if (seen !== true) throw new Error('a posted grade is not seen');
  print(`grades    ${posted} drafts, seen by nobody, then posted`);
}

/** Due in the middle of an outage: all are late, until the outage is made up for. But for one. */
async function writeLabs(
  { admin, teacher, students, course_id }: School,
  keys: JSONWebKeySet,
  note: Note,
  print: Print,
): Promise<Assigned> {
  const open = await assign(teacher, course_id, LAB);
  const began = Date.now();
  const assigned = await setDue(teacher, open, began + 1);
  const [early] = students;
  const ownDue = began - 3 * hourMs;
  if (early !== undefined) await override(teacher, assigned, early.id, ownDue);
  await crowd(students.slice(0, 28), async (who) => {
    const lab = asWork(await handIn(who, assigned, keys));
    if (Number(lab.counted_at) <= assigned.due_at) throw new Error(`${who.username} is in time`);
    note(who, { lab: who === early ? { ...lab, own_due_at: ownDue } : lab });
  });
  const { adjustment_count, moved_ms } = await makeUpForOutage(
    admin,
    course_id,
    began,
    Math.max(Date.now(), began + 2),
  );
  if (adjustment_count !== 1) throw new Error(`${adjustment_count} deadlines moved, not one`);
  print('outage    declared, made up for by a day: of 28 late labs, 27 are late no more');
  return { ...assigned, due_at: assigned.due_at + moved_ms };
}

/** The last but one has handed in nothing and gets nothing, the last is not graded at all. */
async function gradeLabs(
  { teacher, students }: School,
  { id }: Assigned,
  work: ReadonlyMap<string, Work>,
  note: Note,
): Promise<void> {
  await crowd(students.slice(0, 29), async (who, n) => {
    const points = n === 28 ? 0 : 10 + n / 2;
    await gradeStudent(teacher, id, who.id, points);
    note(who, { lab: { ...(work.get(who.username)?.lab ?? NOTHING), points } });
  });
}
