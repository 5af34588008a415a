import type { Story } from '../story.ts';

/** All commands in one step, as if they had come in together. The text is the request id too. */
export function propose(story: Story, [id, ...texts]: readonly string[]): void {
  const events = texts.map((text) => {
    return { type: 'propose', request_id: text, command: new TextEncoder().encode(text) } as const;
  });
  story.node(id).give(...events);
}

/** As many commands as `count` says (one if it says nothing), all of the same size. */
export function proposeBytes(story: Story, [id, bytes, count = '1']: readonly string[]): void {
  const command = new Uint8Array(Number(bytes));
  const event = { type: 'propose', request_id: `${bytes} bytes`, command } as const;
  story.node(id).give(...Array.from({ length: Number(count) }, () => event));
}
