import { readFileSync, writeFileSync } from 'node:fs';
import { openApiDocument, openApiYaml } from '../src/http/openapi.ts';
import { TestApi } from '../src/http/testing.ts';

/** `--write` makes openapi.yaml from the code; `--check` fails when the two differ. */
const PATH = new URL('../openapi.yaml', import.meta.url);
const [mode] = process.argv.slice(2);

const api = new TestApi();
const yaml = await openApiYaml(openApiDocument(api.app));
api.close();

if (mode === '--write') {
  writeFileSync(PATH, yaml);
} else if (mode !== '--check') {
  console.error('usage: node scripts/openapi.ts --write | --check');
  process.exitCode = 2;
} else if (readFileSync(PATH, 'utf8') !== yaml) {
  console.error('openapi.yaml is not what the code says: run npm run fix and commit it');
  process.exitCode = 1;
}
