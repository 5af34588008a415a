import type { PlacedLine } from './page-furniture.ts';

const minPages = 5;
const minAgreement = 0.7;

/** A number that stands alone, or opens or closes the first or last line of a page. */
function printedNumbers(lines: readonly PlacedLine[]): readonly number[] {
  const edge = [lines[0], lines.at(-1)].filter((line) => line !== undefined);
  return edge.flatMap((line) => {
    const match = /^(\d{1,4})(?:\s|$)|(?:^|\s)(\d{1,4})$/.exec(line.text);
    return match === null ? [] : [Number(match[1] ?? match[2])];
  });
}

/**
 * The printed page numbers of a document that declares none: where the difference between the
 * physical and the printed number is the same on at least 70 % of the pages, that difference
 * labels them all (books count from their first chapter, readers from the cover).
 *
 * @returns the label of a physical page, or `null` where no difference wins.
 */
export function printedLabels(
  pages: readonly (readonly PlacedLine[])[],
): (page: number) => string | null {
  const filled = pages.filter((lines) => lines.length > 0).length;
  if (filled < minPages) return () => null;
  const votes = new Map<number, number>();
  pages.forEach((lines, index) => {
    for (const offset of new Set(printedNumbers(lines).map((printed) => index + 1 - printed))) {
      votes.set(offset, (votes.get(offset) ?? 0) + 1);
    }
  });
  for (const [offset, count] of votes) {
    if (count >= filled * minAgreement) {
      return (page) => (page > offset ? String(page - offset) : null);
    }
  }
  return () => null;
}
