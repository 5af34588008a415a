import { loadavg } from 'node:os';

export interface Figure {
  readonly what: string;
  /** The median, of what was measured more than once. */
  readonly value: number;
  readonly slowest?: number;
  readonly unit: 'ms' | 'MiB' | '';
  /** Not above this. */
  readonly limit: number;
}

export const TABLE_HEAD = '| | measured | slowest | limit | load |\n|---|---:|---:|---:|---:|';

/** A row of the table; the load average of the last minute says what else the machine did. */
export function rowOf({ what, value, slowest, unit, limit }: Figure): string {
  const cell = (number: number) => `${number.toFixed(number < 10 ? 1 : 0)} ${unit}`.trim();
  const measured = isKept({ value, limit }) ? cell(value) : `**${cell(value)}**`;
  const load = (loadavg()[0] ?? 0).toFixed(1);
  const cells = [what, measured, slowest === undefined ? '' : cell(slowest), cell(limit), load];
  return `| ${cells.join(' | ')} |`;
}

/** Whether the limit is kept; the slowest of many may be above it. */
export function isKept({ value, limit }: Pick<Figure, 'value' | 'limit'>): boolean {
  return value <= limit;
}
