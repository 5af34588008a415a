import t from 'tap';

import { getMaterial, listMaterials } from '../queries/materials.ts';
import { countPassages, searchPassages } from '../queries/passages.ts';
import { actorOf, PEOPLE } from '../test-course.ts';
import {
  CLAIM,
  courseWithMaterial,
  indexMaterial,
  NOTE,
  page,
  pagesOf,
  passagesFound,
  WHOLE_COURSE,
} from '../test-materials.ts';

t.test('a deleted material is found by nobody, and its job ends with nothing', (t) => {
  const machine = courseWithMaterial();
  indexMaterial(machine);
  machine.must(PEOPLE.instructor, 'DELETE_MATERIAL', { material_id: 'mat_1' });
  t.match(machine.lastEvents(), [{ type: 'material.deleted' }]);
  t.same(passagesFound(machine), []);
  t.equal(countPassages(machine.reader, WHOLE_COURSE, '"energy"'), 0);
  t.same(
    listMaterials(machine.reader, actorOf('ta'), 'crs_1', { limit: 9, after: null }).items,
    [],
  );
  t.throws(() => getMaterial(machine.reader, actorOf('ta'), 'mat_1'), { code: 'not_found' });
  t.equal(machine.code(null, 'CLAIM_EXTRACTION', CLAIM), 'not_found');
  machine.close();
  t.end();
});

t.test('a search stays in its course and in the materials that were named', (t) => {
  const machine = courseWithMaterial();
  machine.must(PEOPLE.instructor, 'UPLOAD_MATERIAL', { ...NOTE, material_id: 'mat_2' });
  indexMaterial(machine, [page(1)]);
  indexMaterial(machine, [page(1, 'Energy is never lost.')], 'mat_2');
  indexMaterial(machine, [page(1, 'Foreign energy.')], 'mat_x');
  t.same(passagesFound(machine).sort(), [
    ['mat_1', 1],
    ['mat_2', 1],
  ]);
  const only = { ...WHOLE_COURSE, material_ids: ['mat_2', 'mat_x'] };
  t.match(searchPassages(machine.reader, only, '"energy"', 9), [
    { material_id: 'mat_2', title: 'Cells', page: 1, page_label: 'p1', text: /never lost/ },
  ]);
  t.equal(countPassages(machine.reader, only, null), 1);
  t.equal(searchPassages(machine.reader, WHOLE_COURSE, '"energy"', 1).length, 1);
  machine.close();
  t.end();
});

t.test('no query finds a passage of another course', (t) => {
  const machine = courseWithMaterial();
  const words = ['energy', 'cell', 'water', 'light', 'membrane', 'sugar'];
  const text = (course: string): string => `canary${course} ${words.join(' ')}`;
  indexMaterial(machine, [page(1, text('one'))]);
  indexMaterial(machine, [page(1, text('two'))], 'mat_x');
  let seed = 1;
  const pick = (): string => {
    seed = (seed * 48_271) % 2_147_483_647;
    return words[seed % words.length] ?? '';
  };
  for (let n = 0; n < 1_000; n += 1) {
    const match = [pick(), pick(), 'canaryone', 'canarytwo']
      .map((word) => `"${word}"`)
      .join(' OR ');
    for (const [course_id, own] of [
      ['crs_1', 'canaryone'],
      ['crs_2', 'canarytwo'],
      ['crs_old', 'nothing'],
    ] as const) {
      const passages = searchPassages(machine.reader, { course_id, material_ids: null }, match, 9);
      if (passages.some((one) => !one.text.includes(own))) t.fail(`${course_id}: ${match}`);
    }
  }
  machine.close();
  t.end();
});

t.test('forms of a word are found, accents do not matter, and a section weighs more', (t) => {
  const machine = courseWithMaterial();
  indexMaterial(machine, [
    page(1, 'Energie, naïve membranes and much more text about other things entirely.'),
    page(2, 'Other things, and a membrane, and naive readers of much more text.', 'Osmosis'),
    page(3, 'Osmosis is named here among other things in a text.'),
  ]);
  t.same(
    passagesFound(machine, '"membrane"')
      .map(([, number]) => number)
      .sort(),
    [1, 2],
  );
  t.same(
    passagesFound(machine, '"naive"')
      .map(([, number]) => number)
      .sort(),
    [1, 2],
  );
  t.same(
    passagesFound(machine, '"osmosis"').map(([, number]) => number),
    [2, 3],
  );
  machine.close();
  t.end();
});

t.test('a page is cut as the command says, and its text is read page by page', (t) => {
  const machine = courseWithMaterial();
  const text = 'alpha beta gamma';
  const chunks = [
    [0, 10],
    [6, 16],
  ];
  indexMaterial(machine, [{ ...page(1, text), chunks }, page(3)]);
  t.same(
    searchPassages(machine.reader, WHOLE_COURSE, '"beta"', 9)
      .map((one) => one.text)
      .sort(),
    ['alpha beta', 'beta gamma'],
  );
  t.same(pagesOf(machine, 1, 2).items, [{ page: 1, page_label: 'p1', section: null, text }]);
  const numbers = (page: ReturnType<typeof pagesOf>) => page.items.map((one) => one.page);
  t.same(numbers(pagesOf(machine, 2, 9)), [3]);
  const first = pagesOf(machine, 1, 9, 1);
  t.same([numbers(first), first.next], [[1], [1]]);
  const second = pagesOf(machine, 1, 9, 1, first.next);
  t.same([numbers(second), second.next], [[3], null]);
  t.throws(() => pagesOf(machine, 1, 9, 9, null, 'foreignStudent'), { code: 'not_found' });
  machine.close();
  t.end();
});
