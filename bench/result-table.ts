import type { LoadResult } from './load-job.ts';
import { quantile } from './quantile.ts';
import type { LoadKind } from './target.ts';

interface System {
  readonly name: string;
  readonly version: string;
}

export interface Figure {
  readonly kind: LoadKind;
  readonly connections: number;
  /** By round, and in it by system. */
  readonly rounds: readonly (readonly LoadResult[])[];
}

/** A Markdown table of medians; with a second system, the ratios of the rounds too: their median, lowest and highest. */
export function table(systems: readonly System[], figures: readonly Figure[]): string {
  const heads = ['', 'connections'];
  for (const { name, version } of systems) heads.push(`${name} ${version}`, 'p50', 'p99');
  if (systems.length > 1) heads.push('ratio', 'p50 ratio');
  const rows = figures.map(({ kind, connections, rounds }) => {
    const cells = [kind, String(connections)];
    systems.forEach((_, n) => {
      cells.push(...cellsOf(rounds.flatMap((results) => results[n] ?? [])));
    });
    if (systems.length > 1) {
      cells.push(ratio(rounds, 'per_second'), ratio(rounds, 'p50_ms'));
    }
    return cells;
  });
  const rule = heads.map((_, n) => (n === 0 ? '---' : '---:'));
  return [heads, rule, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function cellsOf(results: readonly LoadResult[]): string[] {
  const of = (field: 'per_second' | 'p50_ms' | 'p99_ms') =>
    median(results.map((result) => result[field]));
  const failures = results.reduce((sum, result) => sum + result.failures, 0);
  const failed = failures === 0 ? '' : ` (${failures} failed)`;
  return [
    `${Math.round(of('per_second'))}/s${failed}`,
    `${ms(of('p50_ms'))} ms`,
    `${ms(of('p99_ms'))} ms`,
  ];
}

function ratio(rounds: Figure['rounds'], field: 'per_second' | 'p50_ms'): string {
  const ratios = rounds.flatMap(([ours, theirs]) =>
    ours === undefined || theirs === undefined ? [] : ours[field] / theirs[field],
  );
  const [low, high] = [Math.min(...ratios), Math.max(...ratios)];
  return `${median(ratios).toFixed(2)} (${low.toFixed(2)}–${high.toFixed(2)})`;
}

function median(values: readonly number[]): number {
  return quantile(Float64Array.from(values).sort(), 0.5);
}

function ms(value: number): string {
  return value < 10 ? value.toFixed(2) : value.toFixed(1);
}
