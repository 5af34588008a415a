import t from 'tap';
import { cite } from './citations.ts';
import type { Passage } from './passage.ts';

function passage(page: number, text: string): Passage {
  return { material_id: 'mat_1', title: 'Physics', page, page_label: null, section: null, text };
}

const passages = [
  passage(1, 'A falling body gains speed. It gains 9.81 metres per second in every second.'),
  passage(2, 'Newton published the laws of motion in 1687. The first law describes inertia.'),
  passage(2, 'The second law relates force and acceleration.'),
];

t.test('numbers of the model are kept, moved or dropped', (t) => {
  const rows: [string, string, string, number[]][] = [
    ['right', 'A falling body gains speed [1].', 'A falling body gains speed. [1]', [1]],
    ['after the stop', 'A falling body gains speed. [1]', 'A falling body gains speed. [1]', [1]],
    ['none', 'A falling body gains speed.', 'A falling body gains speed. [1]', [1]],
    ['wrong page', 'A falling body gains speed [2].', 'A falling body gains speed. [1]', [1]],
    ['no such number', 'Bananas are yellow fruit [9].', 'Bananas are yellow fruit.', []],
    ['unsupported', 'Bananas are yellow fruit [1].', 'Bananas are yellow fruit.', []],
    [
      'wrong figure',
      'Newton published the laws of motion in 1987 [2].',
      'Newton published the laws of motion in 1987.',
      [],
    ],
    [
      'other spellings',
      'Newton published the laws of motion in 1687 [Passage 2].',
      'Newton published the laws of motion in 1687. [1]',
      [2],
    ],
    ['too little to tell', 'Yes [1].', 'Yes.', []],
    [
      'two pages, numbered as they come',
      'The first law describes inertia [2].\n\n- A falling body gains speed [1]\n',
      'The first law describes inertia. [1]\n\n- A falling body gains speed [2]',
      [2, 1],
    ],
    [
      'one page, one number',
      'The first law describes inertia [2]. The second law relates force and acceleration [3].',
      'The first law describes inertia. [1] The second law relates force and acceleration. [1]',
      [2],
    ],
    [
      'code',
      '```\na[1] falling body gains speed\n```',
      '```\na[1] falling body gains speed\n```',
      [],
    ],
  ];
  for (const [name, text, body, pages] of rows) {
    const cited = cite(text, passages);
    t.equal(cited.body_md, body, name);
    t.same(
      cited.citations.map(({ page }) => page),
      pages,
      name,
    );
    t.same(
      cited.citations.map(({ n }) => n),
      pages.map((_, position) => position + 1),
      name,
    );
  }
  t.end();
});

t.test('a quote stands on its page, word for word', (t) => {
  const { citations } = cite('The first law describes inertia [2].', passages);
  t.equal(citations[0]?.quote, 'The first law describes inertia.');
  t.end();
});
