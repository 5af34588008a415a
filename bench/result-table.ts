import type { LoadResult } from './load-job.ts';
import type { LoadKind } from './target.ts';

export interface Measured {
  readonly name: string;
  readonly version: string;
  readonly results: readonly (LoadResult & {
    readonly kind: LoadKind;
    readonly connections: number;
  })[];
}

/** A Markdown table; with a second system, its figures and the ratio beside ours. */
export function table([ours, theirs]: readonly Measured[]): string {
  if (ours === undefined) return '';
  const figures = (one: Measured) => [`${one.name} ${one.version}`, 'p50', 'p99'];
  const heads = ['', 'connections', ...figures(ours)];
  if (theirs !== undefined) heads.push(...figures(theirs), 'ratio');
  const rows = ours.results.map((result, n) => {
    const cells = [result.kind, String(result.connections), ...cellsOf(result)];
    const other = theirs?.results[n];
    if (other !== undefined) {
      cells.push(...cellsOf(other), (result.per_second / other.per_second).toFixed(2));
    }
    return cells;
  });
  const rule = heads.map((_, n) => (n === 0 ? '---' : '---:'));
  return [heads, rule, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function cellsOf({ per_second, p50_ms, p99_ms, failures }: LoadResult): string[] {
  const failed = failures === 0 ? '' : ` (${failures} failed)`;
  return [`${Math.round(per_second)}/s${failed}`, `${ms(p50_ms)} ms`, `${ms(p99_ms)} ms`];
}

function ms(value: number): string {
  return value < 10 ? value.toFixed(2) : value.toFixed(1);
}
