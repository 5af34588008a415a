/** A line of a page with the height it stands at. */
export interface PlacedLine {
  readonly text: string;
  /** Distance from the page's lower edge as a fraction of its height. */
  readonly height: number;
}

/** Below this number of pages a repetition proves nothing. */
const minPages = 5;
const minShare = 0.6;
/** Running heads stand in the outermost lines only. */
const outerLines = 3;
const bandsPerPage = 40;

/**
 * Equal for the same running head on every page. A number counts by its distance from the page's
 * own: printed page numbers keep theirs, while numbers that are content ("17 cells") do not.
 */
function keyOf(line: PlacedLine, page: number): string {
  const words = line.text
    .toLowerCase()
    .replace(/^\s*[ivxlc]+\s*$/, '#')
    .replace(/(?<![\p{L}\p{N}])\d+(?![\p{L}\p{N}])/gu, (number) => `#${Number(number) - page}`)
    .replace(/\s+/g, ' ');
  return `${Math.round(line.height * bandsPerPage)} ${words.trim()}`;
}

function outer(lines: readonly PlacedLine[]): readonly PlacedLine[] {
  return lines.length <= 2 * outerLines
    ? lines
    : [...lines.slice(0, outerLines), ...lines.slice(-outerLines)];
}

/**
 * The running heads and feet of a document: lines that stand at the same height with the same
 * words on at least 60 % of its pages.
 *
 * @param pages the lines of every page in order, the first is page 1
 */
export function pageFurniture(
  pages: readonly (readonly PlacedLine[])[],
): (line: PlacedLine, page: number) => boolean {
  const filled = pages.filter((lines) => lines.length > 0).length;
  if (filled < minPages) return () => false;
  const counts = new Map<string, number>();
  for (const [position, lines] of pages.entries()) {
    for (const key of new Set(outer(lines).map((line) => keyOf(line, position + 1)))) {
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
  }
  return (line, page) => (counts.get(keyOf(line, page)) ?? 0) >= filled * minShare;
}
