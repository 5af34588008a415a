import { posix } from 'node:path';
import type { Finding, SourceTree } from './source-tree.ts';

/** A path of this project, in backticks, without a wildcard. */
const NAMED = /`(?<path>(?:src|test|scripts|bench|docs)\/[\w./-]+)`/g;
const LINK = /\[[^\]]*\]\((?<to>[^)\s]+)\)/g;

/** Folders of `src/` without a DESIGN.md, headings, and links to files that are not there. */
export function documentFindings(tree: SourceTree): Finding[] {
  const documents = [...tree].filter(([path]) => path.endsWith('.md'));
  return [
    ...designFindings(tree),
    ...documents.flatMap(([path, text]) => headingFindings(path, text)),
    ...documents.flatMap(([path, text]) => linkFindings(path, text, tree)),
    ...documents.flatMap(([path, text]) => nameFindings(path, text, tree)),
  ];
}

function designFindings(tree: SourceTree): Finding[] {
  const folders = new Set(
    [...tree.keys()].map((path) => /^src\/[^/]+(?=\/)/.exec(path)?.[0]).filter((one) => one),
  );
  return [...folders]
    .filter((folder) => !tree.has(`${folder}/DESIGN.md`))
    .map((folder) => `${folder}: has no DESIGN.md: its job, not its job, odd choices`);
}

function headingFindings(path: string, text: string): Finding[] {
  const headings = withoutCode(text).match(/^# .+$/gm)?.length ?? 0;
  return headings === 1 ? [] : [`${path}: has ${headings} first-level headings, should have one`];
}

function linkFindings(path: string, text: string, tree: SourceTree): Finding[] {
  return [...withoutCode(text).matchAll(LINK)].flatMap(({ groups }) => {
    const to = decodeURI(groups?.to ?? '').replace(/#.*$/, '');
    if (to === '' || /^[a-z]+:/.test(to)) return [];
    const target = posix.join(posix.dirname(path), to);
    return exists(tree, target) ? [] : [`${path}: links to ${to}, which is not there`];
  });
}

function nameFindings(path: string, text: string, tree: SourceTree): Finding[] {
  return [...withoutBlocks(text).matchAll(NAMED)].flatMap(({ groups }) => {
    const named = groups?.path ?? '';
    return exists(tree, named) ? [] : [`${path}: names ${named}, which is not there`];
  });
}

/** A file, or a folder with files in it. */
function exists(tree: SourceTree, target: string): boolean {
  const path = target.replace(/\/$/, '');
  return tree.has(path) || [...tree.keys()].some((one) => one.startsWith(`${path}/`));
}

function withoutCode(text: string): string {
  return withoutBlocks(text).replace(/`[^`\n]*`/g, '');
}

function withoutBlocks(text: string): string {
  return text.replace(/^(```|~~~)[\s\S]*?^\1/gm, '');
}
