import { runCommand } from './commands.ts';
import { Story } from './story.ts';

/**
 * A transcript is a header of `#` lines that tells the story, then blocks with a blank line between
 * them: comments, one command, `----`, and exactly what it prints.
 */
interface Block {
  readonly comments: readonly string[];
  readonly command: string;
}

/** Plays the commands of a transcript again and gives its whole text as it is now. */
export function replay(text: string): string {
  const story = new Story();
  const parts = text.split('\n\n').map((part) => part.trim());
  const [header = '', ...blocks] = parts.filter((part) => part !== '');
  if (!header.split('\n').every((line) => line.startsWith('#'))) {
    throw new Error('a transcript begins with comments that tell its story');
  }
  const played = blocks.map((block) => play(story, parseBlock(block)));
  return `${[header, ...played].join('\n\n')}\n`;
}

function parseBlock(text: string): Block {
  const lines = text.split('\n');
  const comments = lines.filter((line) => line.startsWith('#'));
  const command = lines.find((line) => !line.startsWith('#'));
  if (command === undefined) throw new Error(`no command in:\n${text}`);
  return { comments, command };
}

function play(story: Story, { comments, command }: Block): string {
  try {
    runCommand(story, command);
  } catch (cause) {
    throw new Error(`"${command}" cannot be played: ${(cause as Error).message}`, { cause });
  }
  const output = story.output();
  return [...comments, command, '----', ...(output.length > 0 ? output : ['ok'])].join('\n');
}
