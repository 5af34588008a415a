import { ENTRY_TYPE, type LogEntry } from '../../../src/raft/core/messages.ts';
import { StoryNode } from '../node.ts';
import type { Story } from '../story.ts';
import { campaign } from './campaign.ts';
import { run } from './deliver.ts';

/** `founding`: they meet for the first time. With `leader=a`, the first election is already over and its no-op committed everywhere. */
export function nodes(story: Story, args: readonly string[]): void {
  const ids = args.filter((arg) => arg !== 'founding' && !arg.includes('='));
  story.create(ids, args.includes('founding'));
  const leader = args.find((arg) => arg.startsWith('leader='))?.slice('leader='.length);
  if (leader === undefined) return;
  campaign(story, [leader]);
  run(story, []);
  story.output();
}

/** Replaces a node by one that starts with this on its disk. */
export function node(story: Story, [id = '', ...options]: readonly string[]): void {
  const given = Object.fromEntries(options.map((option) => option.split('=')));
  const terms = (given.terms ?? '').split(',').filter((term: string) => term !== '');
  const entries = terms.map(entryOfTerm);
  const hardState = {
    term: Number(given.term ?? entries.at(-1)?.term ?? 0),
    voted_for: given.vote ?? null,
  };
  story.node(id);
  const image = { hard_state: hardState, base: { index: 0, term: 0 }, entries };
  story.nodes.set(id, new StoryNode(story, id, image, Number(given.applied ?? 0)));
}

function entryOfTerm(term: string, position: number): LogEntry {
  const index = position + 1;
  const command = new TextEncoder().encode(`t${term}`);
  return { index, term: Number(term), type: ENTRY_TYPE.command, command };
}
