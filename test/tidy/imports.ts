import { posix } from 'node:path';

export interface Import {
  /** Path from the root for a relative import, else the package or `node:` name. */
  readonly target: string;
  readonly relative: boolean;
  /** Gone when the program runs: `import type`, or `import('…')` where a type stands. */
  readonly type_only: boolean;
}

/** `import … from '…'` and `export … from '…'`; statements start a line, strings do not. */
const STATEMENT = /^(?:import|export)\s(?<what>[^'";]*?)\sfrom\s+'(?<from>[^']+)'/gm;
const BARE = /^import\s+'(?<from>[^']+)'/gm;
/** What follows a type's import is the name of the type. */
const CALL = /import\(\s*'(?<from>[^']+)'\s*\)(?<type>\.[A-Z])?/g;

/** The imports of one file, read from its text. */
export function importsOf(path: string, text: string): Import[] {
  const code = text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');
  return [
    ...[...code.matchAll(STATEMENT)].map(({ groups }) =>
      resolve(path, groups?.from, isTypeOnly(groups?.what)),
    ),
    ...[...code.matchAll(BARE)].map(({ groups }) => resolve(path, groups?.from, false)),
    ...[...code.matchAll(CALL)].map(({ groups }) =>
      resolve(path, groups?.from, groups?.type !== undefined),
    ),
  ];
}

function isTypeOnly(what = ''): boolean {
  if (/^type\s/.test(what)) return true;
  const names = /^\{([^}]*)\}$/.exec(what.trim())?.[1]?.split(',');
  const given = names?.map((name) => name.trim()).filter((name) => name !== '') ?? [];
  return given.length > 0 && given.every((name) => name.startsWith('type '));
}

function resolve(path: string, from = '', type_only: boolean): Import {
  if (!from.startsWith('.')) return { target: from, relative: false, type_only };
  return { target: posix.join(posix.dirname(path), from), relative: true, type_only };
}
