import { done } from '../../clients/typescript/connect.ts';
import { checkCsv, checkJson, modelRow } from './gradebook-check.ts';
import { modelTotals } from './model.ts';
import { parsed, readPackage } from './package-check.ts';
import type { Played } from './play-term.ts';

/** The gradebook both ways, a what-if, and the course as a package. @returns what is wrong */
export async function checkEnd(
  played: Played,
  print: (line: string) => void,
): Promise<readonly string[]> {
  const { teacher, term } = played;
  const json = await checkJson(teacher, term);
  print(`gradebook ${json.checked} values of the JSON compared with the model`);
  const csv = await checkCsv(teacher, term);
  print(`gradebook ${csv.checked} values of the CSV compared with the model`);
  const wrong = [...json.differences, ...csv.differences, ...(await checkWhatIf(played))];
  print('what if   the last student asks what 18 points in the lab would make');
  return [...wrong, ...(await checkPackage(played, print))];
}

async function checkWhatIf({ students, term }: Played): Promise<string[]> {
  const last = students.at(-1);
  const [, lab] = term.assignments;
  if (last === undefined || lab === undefined) throw new Error('there is nobody to ask');
  const answer = await done(
    last.api.POST('/v1/courses/{course_id}/gradebook/what-if', {
      params: { path: { course_id: term.course_id } },
      body: { points: { [lab.id]: 18 } },
    }),
  );
  const { cells, totals } = modelRow(term.assignments, term.work.get(last.username) ?? []);
  const supposed = modelTotals(term.assignments, [cells[0]?.final_points ?? null, 18]);
  const said = [answer.actual, answer.supposed].map(
    ({ current_percent, final_percent }) => `${current_percent}/${final_percent}`,
  );
  const expected = [totals, supposed].map(
    ({ current_percent, final_percent }) => `${current_percent}/${final_percent}`,
  );
  if (said.join() === expected.join()) return [];
  return [`what if: the server says ${said}, the model ${expected}`];
}

interface PackedSubmission {
  readonly attempts: readonly unknown[];
}

async function checkPackage(
  { teacher, term }: Played,
  print: (line: string) => void,
): Promise<string[]> {
  const zip = (await done(
    teacher.GET('/v1/courses/{course_id}/export', {
      params: { path: { course_id: term.course_id }, query: { people: 'true' } },
      parseAs: 'blob',
    }),
  )) as unknown as Blob;
  const entries = await readPackage(zip);
  const people = parsed(entries, 'people.json') as unknown[];
  const submissions = parsed(entries, 'submissions.json') as PackedSubmission[];
  const attempts = submissions.reduce((sum, one) => sum + one.attempts.length, 0);
  print(`export    ${people.length} people, ${submissions.length} submissions, every digest right`);
  const handedIn = [...term.work.values()].flat().reduce((sum, one) => sum + one.attempts, 0);
  return [
    ...(people.length === term.students.length + 1 ? [] : [`export: ${people.length} people`]),
    ...(attempts === handedIn ? [] : [`export: ${attempts} attempts, not ${handedIn}`]),
  ];
}
