import { readFileSync, writeFileSync } from 'node:fs';
import { accessDocument } from '../src/http/docs/access-document.ts';

/** `--write` makes docs/ACCESS.md from the policy; `--check` fails when the two differ. */
const PATH = new URL('../docs/ACCESS.md', import.meta.url);
const [mode] = process.argv.slice(2);

if (mode === '--write') {
  writeFileSync(PATH, accessDocument());
} else if (mode !== '--check') {
  console.error('usage: node scripts/access.ts --write | --check');
  process.exitCode = 2;
} else if (readFileSync(PATH, 'utf8') !== accessDocument()) {
  console.error('docs/ACCESS.md is not what src/lms/policy.ts says: run npm run fix and commit it');
  process.exitCode = 1;
}
