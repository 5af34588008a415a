import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

/** The files of the project: path from its root, with `/`, to content; of what is no text, none. */
export type SourceTree = ReadonlyMap<string, string>;

/** One thing that is not as it should be, as `path: what, and what to do`. */
export type Finding = string;

const TEXT = /\.(ts|js|json|md|sql|ya?ml)$/;

/** What git knows or would take: committed files and new ones that are not ignored. */
export function readSourceTree(): SourceTree {
  const listed = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '-z'], {
    encoding: 'utf8',
    maxBuffer: 16 * 1024 * 1024,
  });
  const paths = listed.split('\0').filter((path) => path !== '' && existsSync(path));
  return new Map(paths.map((path) => [path, TEXT.test(path) ? readFileSync(path, 'utf8') : '']));
}

/** The TypeScript of the project that people write. */
export function typescriptOf(tree: SourceTree): [path: string, text: string][] {
  return [...tree].filter(([path]) => path.endsWith('.ts') && !path.includes('/generated/'));
}
