import t from 'tap';
import { shapeFindings } from './tidy/code-shape.ts';
import { documentFindings } from './tidy/documents.ts';
import { importsOf } from './tidy/imports.ts';
import { layerFindings } from './tidy/layers.ts';
import { lockFindings } from './tidy/lock-file.ts';
import { type Finding, readSourceTree, type SourceTree, typescriptOf } from './tidy/source-tree.ts';

const CHECKS = [layerFindings, shapeFindings, documentFindings, lockFindings];
const tree = readSourceTree();

t.test('the project is tidy', (t) => {
  for (const check of CHECKS) t.same(check(tree), [], check.name);
  t.end();
});

t.test('the checks see the project', (t) => {
  const files = typescriptOf(tree);
  t.ok(files.length > 100, `${files.length} TypeScript files`);
  const imports = files.flatMap(([path, text]) => importsOf(path, text));
  const inside = imports.filter((one) => one.relative);
  t.ok(inside.length > 200, `${inside.length} relative imports`);
  const lost = inside.filter(({ target }) => !tree.has(target) && target.startsWith('src/'));
  t.same(
    lost.map(({ target }) => target),
    [],
    'every relative import leads to a file',
  );
  t.ok(imports.some((one) => one.type_only) && imports.some((one) => !one.type_only));
  t.end();
});

/** A small tidy project; each test below plants one thing in it. */
const SMALL: SourceTree = new Map([
  [
    'src/raft/DESIGN.md',
    '# Raft\n\nSee [the core](core/step.ts) and [home](../../README.md#run).\n',
  ],
  ['src/raft/core/step.ts', "import type { A } from './types.ts';\nexport const step = 1;\n"],
  ['src/raft/core/step.test.ts', "import t from 'tap';\nimport { step } from './step.ts';\n"],
  ['src/raft/node.ts', "import { open } from 'node:fs';\nimport { step } from './core/step.ts';\n"],
  ['src/lms/DESIGN.md', '# LMS\n'],
  ['src/lms/machine.ts', "import type { LogEntry } from '../raft/core/messages.ts';\n"],
  ['src/environment.ts', 'export const home = process.env.HOME;\n'],
  ['README.md', '# Title\n\n```sh\n# not a heading, [not](a-link.md)\n```\n'],
  ['package-lock.json', '{"packages": {"node_modules/a": {"version": "1.0.0"}}}'],
]);

function planted(check: (tree: SourceTree) => Finding[], path: string, text: string): Finding[] {
  return check(new Map([...SMALL, [path, text]]));
}

t.test('the small project is tidy before anything is planted in it', (t) => {
  for (const check of CHECKS) t.same(check(SMALL), [], check.name);
  t.end();
});

t.test('layers', (t) => {
  const plants: [path: string, text: string, expected: RegExp][] = [
    ['src/raft/core/a.ts', "import { x } from '../node.ts';", /may not import src\/raft\/node/],
    ['src/raft/core/a.ts', "import { x } from 'node:fs';", /may not import node:fs/],
    ['src/raft/core/a.ts', "import 'msgpackr';", /may not import msgpackr/],
    ['src/raft/core/a.ts', "const x = await import('undici');", /may not import undici/],
    ['src/raft/a.ts', "import { x } from '../lms/machine.ts';", /may not import src\/lms/],
    ['src/raft/a.ts', "export { x } from '../http/app.ts';", /may not import src\/http/],
    ['src/lms/a.ts', "import { x } from '../raft/ports.ts';", /but for its types/],
    ['src/lms/a.ts', "import {\n  x,\n} from '../http/app.ts';", /may not import src\/http/],
    ['src/lms/a.ts', "import type { X } from '../http/app.ts';", /may not import src\/http/],
    ['src/http/a.ts', "import { RaftNode } from '../raft/node.ts';", /but for its types/],
    ['src/tutor/a.ts', "import { x } from '../http/app.ts';", /may not import src\/http/],
    ['src/admin/a.ts', "import { x } from '../lms/machine.ts';", /may not import src\/lms/],
    ['src/a.ts', "import { x } from '../test/fixtures/cluster.ts';", /may not import test/],
  ];
  for (const [path, text, expected] of plants) {
    t.match(planted(layerFindings, path, text), [expected], text);
  }
  const fine: [path: string, text: string][] = [
    ['src/lms/a.ts', "import { type X, type Y } from '../raft/ports.ts';"],
    ['src/lms/a.ts', "type X = import('../raft/ports.ts').X;"],
    ['src/http/a.ts', "import { ReadError } from '../raft/errors.ts';"],
    ['src/raft/core/a.ts', "// import { x } from '../node.ts';\n/* import 'x'; */"],
    ['src/raft/core/a.test.ts', "import { x } from '../node.ts';"],
  ];
  for (const [path, text] of fine) t.same(planted(layerFindings, path, text), [], text);
  t.end();
});

t.test('shape of the code', (t) => {
  const long = (lines: number) => `function f() {\n${'  x();\n'.repeat(lines - 2)}}\n`;
  const method = `class A {\n  async #m(a: number) {\n${'    x();\n'.repeat(80)}  }\n}\n`;
  const plants: [path: string, text: string, expected: RegExp][] = [
    ['src/a.ts', 'x();\n'.repeat(501), /has 501 lines/],
    ['src/a.ts', `const a = 1;\n${long(71)}`, /src\/a\.ts:2: f has 71 lines/],
    ['src/a.ts', method, /#m has 82 lines/],
    ['src/lms/index.ts', '', /name it for/],
    ['src/lms/utils.ts', '', /name it for/],
    ['src/lms/readFile.ts', '', /kebab-case/],
    ['src/lms/a.ts', `// ${'TO'}${'DO'}: later`, /do it, or make it an issue/],
    ['bench/a.ts', `// ${'FIX'}${'ME'}`, /do it, or make it an issue/],
    ['src/a.ts', "export * from './b.ts';", /re-exports a whole file/],
    ['src/lms/a.ts', 'const home = process.env.HOME;', /only src\/environment\.ts/],
  ];
  for (const [path, text, expected] of plants) {
    t.match(planted(shapeFindings, path, text), [expected], expected.source);
  }
  t.same(planted(shapeFindings, 'src/a.ts', 'x();\n'.repeat(500)), []);
  t.same(planted(shapeFindings, 'src/a.ts', long(70)), []);
  t.same(planted(shapeFindings, 'src/a.test.ts', 'process.env.HOME = "";'), []);
  t.end();
});

t.test('documents', (t) => {
  t.match(planted(documentFindings, 'src/tutor/a.ts', ''), [/src\/tutor: has no DESIGN\.md/]);
  t.match(planted(documentFindings, 'docs/A.md', 'no heading'), [/has 0 first-level headings/]);
  t.match(planted(documentFindings, 'docs/A.md', '# A\n# B\n'), [/has 2 first-level headings/]);
  t.match(planted(documentFindings, 'docs/A.md', '# A\n[x](../gone.md)'), [
    /gone\.md, which is not/,
  ]);
  t.match(planted(documentFindings, 'docs/A.md', '# A\n`src/gone.ts`'), [/src\/gone\.ts, which/]);
  t.same(planted(documentFindings, 'docs/A.md', '# A\n`src/lms/` `src/*.ts` `npm run x`'), []);
  t.same(planted(documentFindings, 'docs/A.md', '# A\n[x](../src/lms/) [y](https://a.org/b)'), []);
  t.end();
});

t.test('lock file', (t) => {
  const lock = (packages: object) =>
    planted(lockFindings, 'package-lock.json', JSON.stringify({ packages }));
  t.match(lock({ 'node_modules/a': { resolved: 'https://r.example/a.tgz' } }), [/names a host/]);
  t.match(lock({ 'node_modules/a': { optionalDependencies: { b: '1' } } }), [/b is missing/]);
  t.same(
    lock({ 'node_modules/a': { optionalDependencies: { b: '1' } }, 'node_modules/b': {} }),
    [],
  );
  t.end();
});
