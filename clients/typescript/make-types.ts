import { readFileSync, writeFileSync } from 'node:fs';
import openapiTypescript, { astToString } from 'openapi-typescript';
import ts from 'typescript';

/** `--write` makes `generated/api.d.ts` from openapi.yaml; `--check` fails when the two differ. */
const SOURCE = new URL('../../openapi.yaml', import.meta.url);
const TARGET = new URL('./generated/api.d.ts', import.meta.url);

const BLOB = ts.factory.createTypeReferenceNode('Blob');
const nodes = await openapiTypescript(SOURCE, {
  silent: true,
  // A schema of bytes says `string`, which is not what one sends or gets.
  transform: ({ format }) => (format === 'binary' ? BLOB : undefined),
});
const types = astToString(nodes);

const [mode] = process.argv.slice(2);
if (mode === '--write') {
  writeFileSync(TARGET, types);
} else if (mode !== '--check') {
  console.error('usage: node clients/typescript/make-types.ts --write | --check');
  process.exitCode = 2;
} else if (readFileSync(TARGET, 'utf8') !== types) {
  console.error('generated/api.d.ts is not what openapi.yaml says: run npm run fix and commit it');
  process.exitCode = 1;
}
