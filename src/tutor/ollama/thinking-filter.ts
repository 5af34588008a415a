const tag = /<(\/?)think(?:ing)?>/i;
const longestTag = '</thinking>'.length;

/**
 * Takes a model's thinking out of its text, wherever the chunks are cut: `<think>…</think>`, an
 * opening without an end, and an end without an opening (templates that open it in the prompt).
 *
 * With `holdAll` nothing is let out before the end, so that what stands before a lone closing tag
 * can still be dropped; without it, text goes out as soon as it cannot be part of a tag.
 */
export class ThinkingFilter {
  readonly #holdAll: boolean;
  #pending = '';
  #held = '';
  #isThinking = false;
  #hasSpoken = false;
  #sawStrayEnd = false;

  constructor(options: { holdAll: boolean }) {
    this.#holdAll = options.holdAll;
  }

  /** True when a closing tag came without its opening one. */
  get sawStrayEnd(): boolean {
    return this.#sawStrayEnd;
  }

  /** The text that may be shown now. */
  push(chunk: string): string {
    this.#pending += chunk;
    for (let found = tag.exec(this.#pending); found !== null; found = tag.exec(this.#pending)) {
      const before = this.#pending.slice(0, found.index);
      this.#pending = this.#pending.slice(found.index + found[0].length);
      if (found[1] === '') {
        if (!this.#isThinking) this.#held += before;
        this.#isThinking = true;
      } else {
        if (!this.#isThinking) {
          this.#sawStrayEnd = true;
          this.#held = '';
        }
        this.#isThinking = false;
      }
    }
    const keep = lengthOfPossibleTag(this.#pending);
    const settled = this.#pending.slice(0, this.#pending.length - keep);
    this.#pending = this.#pending.slice(this.#pending.length - keep);
    if (!this.#isThinking) this.#held += settled;
    return this.#holdAll ? '' : this.#release();
  }

  /** The rest, at the end of the answer. */
  end(): string {
    if (!this.#isThinking) this.#held += this.#pending;
    this.#pending = '';
    return this.#release();
  }

  /** Blank lines that followed the thinking are not part of the answer. */
  #release(): string {
    const text = this.#hasSpoken ? this.#held : this.#held.trimStart();
    if (text !== '') this.#hasSpoken = true;
    this.#held = '';
    return text;
  }
}

/** How many characters at the end may be the beginning of a tag. */
function lengthOfPossibleTag(text: string): number {
  const from = text.lastIndexOf('<');
  if (from < 0 || text.length - from >= longestTag) return 0;
  const start = text.slice(from).toLowerCase();
  const isPossible = ['<think>', '</think>', '<thinking>', '</thinking>'].some((whole) =>
    whole.startsWith(start),
  );
  return isPossible ? start.length : 0;
}
