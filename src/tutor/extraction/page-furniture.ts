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

/** The same running head on every page, whatever number it carries. */
function keyOf(line: PlacedLine): string {
  const words = line.text.toLowerCase().replace(/\d+|\b[ivxlc]+\b/g, '#');
  return `${Math.round(line.height * bandsPerPage)} ${words.replace(/\s+/g, ' ').trim()}`;
}

function outer(lines: readonly PlacedLine[]): readonly PlacedLine[] {
  return lines.length <= 2 * outerLines
    ? lines
    : [...lines.slice(0, outerLines), ...lines.slice(-outerLines)];
}

/**
 * The running heads and feet of a document: lines that stand at the same height with the same
 * words (numbers aside) on at least 60 % of its pages.
 */
export function pageFurniture(
  pages: readonly (readonly PlacedLine[])[],
): (line: PlacedLine) => boolean {
  const filled = pages.filter((lines) => lines.length > 0);
  if (filled.length < minPages) return () => false;
  const counts = new Map<string, number>();
  for (const lines of filled) {
    for (const key of new Set(outer(lines).map(keyOf))) {
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
  }
  return (line) => (counts.get(keyOf(line)) ?? 0) >= filled.length * minShare;
}
