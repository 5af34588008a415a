import { type Citation, cite, citePassage } from './citations.ts';
import { answerLimits } from './limits.ts';
import type { ChatMessage, ChatOptions } from './ollama/ollama-client.ts';
import { OllamaError, type OllamaErrorCode } from './ollama/ollama-error.ts';
import { type Passage, type PassageIndex, pageName } from './passage.ts';
import { type Exchange, promptOf } from './prompt.ts';
import { retrieve } from './retrieve.ts';

/** What the tutor needs of a model. @throws OllamaError */
export interface ChatModel {
  readonly model: string;
  chat(messages: readonly ChatMessage[], options: ChatOptions): AsyncIterable<string>;
}

export interface TutorQuestion {
  readonly body_md: string;
  /** Earlier exchanges of the conversation, oldest first. */
  readonly history: readonly Exchange[];
}

export type AnswerReason =
  | OllamaErrorCode
  | 'not_in_materials'
  | 'materials_unread'
  | 'not_configured';

export interface TutorAnswer {
  /** `generated`: written by the model. `retrieval`: passages of the materials, word for word. */
  readonly mode: 'generated' | 'retrieval';
  readonly body_md: string;
  readonly citations: readonly Citation[];
  /** Why there is no generated answer; `null` when there is one. */
  readonly reason: { readonly code: AnswerReason; readonly detail: string } | null;
  /** The model that wrote it. */
  readonly model: string | null;
}

/**
 * Answers a question from the materials. Whatever happens to the model there is an answer, and it
 * says which kind it is: nothing is made up in its place.
 *
 * @param model `null` when none is configured
 * @throws OllamaError `cancelled` only
 */
export async function answerQuestion(
  question: TutorQuestion,
  index: PassageIndex,
  model: ChatModel | null,
  signal?: AbortSignal,
): Promise<TutorAnswer> {
  const before = question.history.at(-1)?.question ?? null;
  const passages = retrieve(index, question.body_md, before);
  if (passages.length === 0) return notFound(index.unread());
  if (model === null) return passagesInstead(question, passages, 'not_configured');
  try {
    return await generate(question, passages, model, signal);
  } catch (error) {
    if (!(error instanceof OllamaError) || error.code === 'cancelled') throw error;
    return passagesInstead(question, passages, error.code);
  }
}

async function generate(
  question: TutorQuestion,
  passages: readonly Passage[],
  model: ChatModel,
  signal: AbortSignal | undefined,
): Promise<TutorAnswer> {
  const prompt = promptOf(question.body_md, passages, question.history);
  const options = { maxTokens: answerLimits.maxAnswerTokens, temperature: 0.2, signal };
  let text = '';
  for await (const piece of model.chat(prompt.messages, options)) text += piece;
  const cited = cite(text, prompt.passages);
  const answer = { mode: 'generated', reason: null, model: model.model } as const;
  if (cited.citations.length > 0) return { ...answer, ...cited };
  const shown = shownPassages(question.body_md, prompt.passages);
  return {
    ...answer,
    body_md: `${cited.body_md}\n\n*None of this could be checked against the course materials. These pages fit the question best:*\n\n${shown.body_md}`,
    citations: shown.citations,
  };
}

/** Nothing is said of materials that nobody has read yet. */
function notFound(unread: number): TutorAnswer {
  const code = unread > 0 ? 'materials_unread' : 'not_in_materials';
  const detail = reasonTexts[code];
  const advice = unread > 0 ? 'Ask again in a minute' : 'Try other words, search the materials';
  return {
    mode: 'retrieval',
    body_md: `${detail} ${advice}, or ask your instructor.`,
    citations: [],
    reason: { code, detail },
    model: null,
  };
}

function passagesInstead(
  question: TutorQuestion,
  passages: readonly Passage[],
  code: AnswerReason,
): TutorAnswer {
  const detail = reasonTexts[code];
  const shown = shownPassages(question.body_md, passages);
  return {
    mode: 'retrieval',
    body_md: `${detail} These passages of the course materials fit the question best:\n\n${shown.body_md}`,
    citations: shown.citations,
    reason: { code, detail },
    model: null,
  };
}

function shownPassages(
  question: string,
  passages: readonly Passage[],
): { body_md: string; citations: Citation[] } {
  const citations = onePerPage(passages)
    .slice(0, answerLimits.fallbackPassages)
    .map((passage, position) => citePassage(passage, position + 1, question));
  const blocks = citations.map((citation) => {
    const quoted = citation.quote.replace(/\n+/g, '\n> ');
    return `> ${quoted}\n>\n> — ${citation.title}, ${pageName(citation)} [${citation.n}]`;
  });
  return { body_md: blocks.join('\n\n'), citations };
}

/** The best of each page: two passages of a page overlap. */
function onePerPage(passages: readonly Passage[]): Passage[] {
  const byPage = new Map<string, Passage>();
  for (const passage of passages) {
    const key = `${passage.material_id} ${passage.page}`;
    if (!byPage.has(key)) byPage.set(key, passage);
  }
  return [...byPage.values()];
}

const ill = 'The tutor’s model is not working at the moment.';
const slow = 'The tutor’s model took too long.';
const unusable = 'The tutor’s model gave no usable answer.';

/** For students: what is the case, without names of machines. */
const reasonTexts: Record<AnswerReason, string> = {
  not_configured: 'This school has set up no model for the tutor.',
  unreachable: 'The tutor’s model cannot be reached at the moment.',
  busy: 'The tutor’s model is busy.',
  model_missing: 'The tutor’s model is not installed.',
  model_unsuitable: 'The tutor’s model cannot hold a conversation.',
  prompt_too_long: 'The question is too long for the tutor’s model.',
  failed: ill,
  breaker_open: ill,
  first_byte_timeout: slow,
  idle_timeout: slow,
  total_timeout: slow,
  bad_output: unusable,
  cancelled: 'The question was withdrawn.',
  not_in_materials: 'The course materials do not speak of this.',
  materials_unread:
    'What was read of the course materials does not speak of this, and some are still being read.',
};
