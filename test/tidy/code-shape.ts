import { isTestCode } from './layers.ts';
import { type Finding, type SourceTree, typescriptOf } from './source-tree.ts';

const maxFileLines = 500;
const maxFunctionLines = 70;

/** Names that say nothing of what is inside, or hide where things are. */
const EMPTY_NAMES = /(^|\/)(index|utils?|helpers?|common|misc)\.ts$/;
const KEBAB = /^[a-z0-9]+(-[a-z0-9]+)*(\.test|\.d)?\.ts$/;
/** Written in parts so that this file does not find itself. */
const MARKS = new RegExp(`\\b(${['TO', 'FIX', 'XX', 'HA'].join('|')})(DO|ME|X|CK)\\b`);
const TOP_LEVEL_FUNCTION =
  /^(?:export )?(?:async )?function\*? (\w+)|^ {2}(?:async )?(#?\w+)\(.*\{$/;

/** Length, names, marks of unfinished work, and who reads the environment. */
export function shapeFindings(tree: SourceTree): Finding[] {
  return typescriptOf(tree).flatMap(([path, text]) => [
    ...lengthFindings(path, text),
    ...functionFindings(path, text),
    ...nameFindings(path),
    ...textFindings(path, text),
  ]);
}

function lengthFindings(path: string, text: string): Finding[] {
  const lines = text.split('\n').length - 1;
  if (lines <= maxFileLines) return [];
  return [`${path}: has ${lines} lines, more than ${maxFileLines}: split it by what it does`];
}

/**
 * Functions by their indentation, which the formatter guarantees: one that starts at column n ends at
 * the first `}` at column n.
 */
function functionFindings(path: string, text: string): Finding[] {
  if (isTestCode(path)) return [];
  const lines = text.split('\n');
  return lines.flatMap((line, start) => {
    const name = TOP_LEVEL_FUNCTION.exec(line);
    if (name === null) return [];
    const indent = line.length - line.trimStart().length;
    const end = lines.findIndex(
      (other, n) => n > start && /^ *\}/.test(other.slice(0, indent + 1)),
    );
    const length = end - start + 1;
    if (end === -1 || length <= maxFunctionLines) return [];
    const called = name[1] ?? name[2];
    return [`${path}:${start + 1}: ${called} has ${length} lines, more than ${maxFunctionLines}`];
  });
}

function nameFindings(path: string): Finding[] {
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (EMPTY_NAMES.test(path)) return [`${path}: name it for the one thing inside`];
  if (!KEBAB.test(name)) return [`${path}: is not in kebab-case`];
  return [];
}

function textFindings(path: string, text: string): Finding[] {
  const found: Finding[] = [];
  const mark = MARKS.exec(text)?.[0];
  if (mark !== undefined) found.push(`${path}: has a ${mark}: do it, or make it an issue`);
  if (/^export \* from/m.test(text)) {
    found.push(`${path}: re-exports a whole file: import from where things are`);
  }
  const reads = path.startsWith('src/') && path !== 'src/environment.ts' && !isTestCode(path);
  if (reads && text.includes('process.env')) {
    found.push(`${path}: reads process.env, which only src/environment.ts does`);
  }
  return found;
}
