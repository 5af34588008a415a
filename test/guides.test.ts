import { globSync, readFileSync } from 'node:fs';
import t from 'tap';

interface Runner {
  /** The test that runs the document. */
  readonly test: string;
  /** How it, or what it reads the document by, says which document. */
  readonly named: string;
  /** The blocks that it runs. */
  readonly blocks: RegExp;
}

const EVERY_BLOCK = /^```sh\n[\s\S]*?^```/gm;
/** The first only: what stands in a later one is run by nobody. */
const FIRST_BLOCK = /^```sh\n[\s\S]*?^```/m;
const everyBlock = (document: string, test: string): Runner => ({
  test: `test/cluster/${test}`,
  named: document,
  blocks: EVERY_BLOCK,
});

const RUNNERS: Readonly<Record<string, Runner>> = {
  'README.md': {
    test: 'test/cluster/walk-through.test.ts',
    named: 'walkThroughSteps()',
    blocks: /<!-- walk-through -->\s*```sh\n[\s\S]*?```/,
  },
  'docs/ACCOUNTS.md': {
    test: 'test/cluster/accounts-guide.test.ts',
    named: 'docs/ACCOUNTS.md',
    blocks: /<!-- accounts: [a-z ]+ -->\s*```sh\n[\s\S]*?```/g,
  },
  'docs/FILES.md': {
    test: 'test/cluster/files-guide.test.ts',
    named: 'docs/FILES.md',
    blocks: /<!-- files: [a-z ]+ -->\s*```sh\n[\s\S]*?```/g,
  },
  'docs/IMPORTS.md': {
    test: 'test/cluster/imports.test.ts',
    named: 'docs/IMPORTS.md',
    blocks: FIRST_BLOCK,
  },
  'docs/COURSE-PACKAGES.md': {
    test: 'test/cluster/imports.test.ts',
    named: 'docs/COURSE-PACKAGES.md',
    blocks: FIRST_BLOCK,
  },
  'docs/ASSIGNMENTS.md': everyBlock('docs/ASSIGNMENTS.md', 'coursework-guides.test.ts'),
  'docs/RECEIPTS.md': everyBlock('docs/RECEIPTS.md', 'coursework-guides.test.ts'),
  'docs/GRADING.md': everyBlock('docs/GRADING.md', 'grading-guide.test.ts'),
  'docs/INCIDENTS.md': everyBlock('docs/INCIDENTS.md', 'incidents-guide.test.ts'),
};

/** A line that somebody could type: `curl` with an option or an address, at a place for a command. */
const CURL_LINE = /^.*(?:^|[ (|;&])curl (?=-|["'$h]).*$/gm;

/** The curl lines of a document that its test does not run. */
function linesRunByNobody(text: string, blocks: RegExp | undefined): string[] {
  return (blocks === undefined ? text : text.replace(blocks, '')).match(CURL_LINE) ?? [];
}

t.test('every curl line of the documents is run by a test', (t) => {
  const documents = [
    'README.md',
    ...globSync('docs/**/*.md'),
    ...globSync('{src,examples,clients}/**/*.md'),
  ];
  for (const document of documents) {
    const text = readFileSync(document, 'utf8');
    t.same(linesRunByNobody(text, RUNNERS[document]?.blocks), [], document);
  }
  t.end();
});

t.test('the tests that run them do', (t) => {
  for (const [document, { test, named, blocks }] of Object.entries(RUNNERS)) {
    t.ok(readFileSync(test, 'utf8').includes(named), `${test} runs ${document}`);
    t.match(readFileSync(document, 'utf8'), blocks, `${document} has what is run`);
  }
  t.end();
});

t.test('a line that nobody runs is found', (t) => {
  const run = '```sh\ncurl -s http://a\n```\n';
  t.same(linesRunByNobody(run, EVERY_BLOCK), []);
  t.same(linesRunByNobody(run, undefined), ['curl -s http://a']);
  t.same(linesRunByNobody(`${run}${run}`, FIRST_BLOCK), ['curl -s http://a']);
  t.same(linesRunByNobody('```bash\nX=$(curl "$API/v1/me")\n```\n', EVERY_BLOCK), [
    'X=$(curl "$API/v1/me")',
  ]);
  t.same(linesRunByNobody('third-party frontends, curl   lms-admin\n', undefined), []);
  t.end();
});
