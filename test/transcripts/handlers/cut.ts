import type { Story } from '../story.ts';

/** `a | b c` both ways, `a > b c` only what goes from left to right. */
export function cut(story: Story, args: readonly string[]): void {
  const sign = args.findIndex((word) => word === '|' || word === '>');
  if (sign < 0) throw new Error('cut needs | or >');
  for (const left of args.slice(0, sign)) {
    for (const right of args.slice(sign + 1)) {
      story.cut(left, right);
      if (args[sign] === '|') story.cut(right, left);
    }
  }
}

export function heal(story: Story): void {
  story.heal();
}
