import { listMaterialPages } from './queries/material-pages.ts';
import { searchPassages } from './queries/passages.ts';
import { actorOf, PEOPLE, type Person, TestCourse } from './test-course.ts';

export const MATERIAL = { material_id: 'mat_1', course_id: 'crs_1', title: 'Cells', topic: null };
export const NOTE = { ...MATERIAL, text_md: '# Cells' };
export const FILE = { ...MATERIAL, file_id: 'fil_ann' };
export const CLAIM = {
  material_id: 'mat_1',
  node_id: 'n1',
  claim_id: 'run_1',
  pages_read: 0,
  page_count: null,
};
export const FINISH = {
  material_id: 'mat_1',
  claim_id: 'run_1',
  state: 'indexed',
  reason: null,
  page_count: 2,
  flags: [{ code: 'page_without_text', pages: [2] }],
};
const TEXT = 'Mitochondria release energy in the cell.';

export function page(number: number, text = TEXT, section: string | null = null) {
  const chunks = [[0, text.length]];
  return { page: number, page_label: `p${number}`, section, text, chunks };
}

export const PAGES = { material_id: 'mat_1', claim_id: 'run_1', pages: [page(1)] };

/** `mat_1` is a note, `mat_x` belongs to another course, `mat_old` to an archived one. */
export function courseForMaterials(): TestCourse {
  const machine = new TestCourse();
  machine.addFile('fil_ann', 'instructor');
  machine.addFile('fil_eve', 'foreignInstructor');
  machine.must(PEOPLE.foreignInstructor, 'UPLOAD_MATERIAL', {
    ...NOTE,
    material_id: 'mat_x',
    course_id: 'crs_2',
  });
  machine.must(PEOPLE.instructor, 'UPLOAD_MATERIAL', {
    ...NOTE,
    material_id: 'mat_old',
    course_id: 'crs_old',
  });
  machine.archive('crs_old');
  return machine;
}

/** The system reads `mat_1` until the end. */
export function indexMaterial(machine: TestCourse, pages = [page(1)], materialId = 'mat_1'): void {
  const ids = { material_id: materialId, claim_id: `run_${materialId}` };
  machine.must(null, 'CLAIM_EXTRACTION', { ...CLAIM, ...ids });
  machine.must(null, 'STORE_MATERIAL_PAGES', { ...ids, pages });
  machine.must(null, 'FINISH_EXTRACTION', { ...FINISH, ...ids });
}

export function courseWithMaterial(): TestCourse {
  const machine = courseForMaterials();
  machine.must(PEOPLE.instructor, 'UPLOAD_MATERIAL', NOTE);
  return machine;
}

export function courseWithClaim(): TestCourse {
  const machine = courseWithMaterial();
  machine.must(null, 'CLAIM_EXTRACTION', CLAIM);
  return machine;
}

export const WHOLE_COURSE = { course_id: 'crs_1', material_ids: null };
export const passagesFound = (machine: TestCourse, match = '"energy"', limit = 9) =>
  searchPassages(machine.reader, WHOLE_COURSE, match, limit).map((one) => [
    one.material_id,
    one.page,
  ]);

export function pagesOf(
  machine: TestCourse,
  from: number,
  to: number,
  limit = 9,
  after: readonly [number] | null = null,
  person: Person = 'student',
) {
  const range = { from, to };
  return listMaterialPages(machine.reader, actorOf(person), 'mat_1', range, { limit, after });
}
