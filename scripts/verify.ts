import { spawnSync } from 'node:child_process';

/** `npm run verify`: everything that can be said of the code without running it. Writes nothing. */
const CHECKS: readonly [what: string, command: string, ...args: string[]][] = [
  ['format and lint', 'biome', 'check', '--error-on-warnings', '.'],
  ['types', 'tsc', '--noEmit', '-p', '.'],
  ['types of the core, without Node', 'tsc', '--noEmit', '-p', 'tsconfig.core.json'],
  ['openapi.yaml is what the code says', 'node', 'scripts/openapi.ts', '--check'],
  ['openapi.yaml meets the rules', 'node', 'scripts/lint-openapi.ts'],
  [
    'types of the client are what openapi.yaml says',
    'node',
    'clients/typescript/make-types.ts',
    '--check',
  ],
  ['docs/ACCESS.md is what the policy says', 'node', 'scripts/access.ts', '--check'],
  ['tidy', 'node', 'scripts/test.ts', 'test/tidy.test.ts'],
];

let failed = 0;
for (const [what, command, ...args] of CHECKS) {
  const path = command === 'node' ? process.execPath : `node_modules/.bin/${command}`;
  const { status, stdout, stderr } = spawnSync(path, args, { encoding: 'utf8' });
  console.log(`${status === 0 ? 'ok    ' : 'not ok'} ${what}`);
  if (status === 0) continue;
  failed += 1;
  console.log(`${stdout}${stderr}`.trimEnd());
}
if (failed > 0)
  console.log('\nnpm run fix mends format, simple lint, openapi.yaml and the types of the client.');
process.exitCode = failed === 0 ? 0 : 1;
