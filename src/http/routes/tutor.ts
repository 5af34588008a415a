import { recordTutorMessage } from '../../lms/commands/record-tutor-message.ts';
import { requireInActiveCourse } from '../../lms/policy.ts';
import { getConversation, type TutorMessage } from '../../lms/queries/tutor.ts';
import type { Reader } from '../../lms/reader.ts';
import type { Actor } from '../../lms/tx.ts';
import { answerQuestion, type TutorAnswer } from '../../tutor/answer.ts';
import { courseIndex } from '../../tutor/course-index.ts';
import { OllamaError } from '../../tutor/ollama/ollama-error.ts';
import { requestDeadline } from '../consistency.ts';
import { courseParams } from '../course-schema.ts';
import type { ApiContext } from '../env.ts';
import { newId } from '../ids.ts';
import { notWritten } from '../not-written.ts';
import { json, jsonBody, operation, router } from '../operation.ts';
import { Problem } from '../problem.ts';
import { read } from '../read.ts';
import { storedAnswer } from '../stored-answer.ts';
import { submit } from '../submit.ts';
import type { TutorParts } from '../tutor-parts.ts';
import { questionSchema, TUTOR_MESSAGE_EXAMPLE, tutorMessageSchema } from '../tutor-schema.ts';

const askOperation = operation(
  {
    method: 'post',
    path: '/v1/courses/{course_id}/tutor/messages',
    operationId: 'askTutor',
    summary: 'Ask the tutor',
    description:
      'Answered from the materials of the course, with the pages. Without a model, or when it ' +
      'fails, the answer is the passages themselves: `mode` says which, `reason` says why. ' +
      'Waiting for the model is not part of `LMS-Timeout-Ms`.',
    tags: ['tutor'],
    request: {
      params: courseParams,
      body: jsonBody(questionSchema, { body_md: TUTOR_MESSAGE_EXAMPLE.question_md }),
    },
    responses: {
      201: json(tutorMessageSchema, 'The question and its answer, stored.', TUTOR_MESSAGE_EXAMPLE),
    },
  },
  { problems: ['forbidden', 'not_found', 'course_not_active', 'conflict', 'request_timeout'] },
);

export function tutorRoutes(tutor: Pick<TutorParts, 'model'>) {
  const app = router();

  app.openapi(askOperation, async (c) => {
    const { course_id } = c.req.valid('param');
    const question = { course_id, ...c.req.valid('json') };
    const stored = await notWritten(() => storedAnswer(c, recordTutorMessage));
    if (stored !== null) return created(c, stored);
    const answer = await notWritten(() => answerOf(c, question, tutor.model));
    // The model took its time; waiting for the majority begins only now.
    c.set('deadline', requestDeadline(c));
    const { conversation_id } = question;
    const message = await submit(c, recordTutorMessage, {
      message_id: newId('msg'),
      course_id,
      conversation_id: conversation_id ?? newId('cnv'),
      is_new: conversation_id === undefined,
      question_md: question.body_md,
      ...answer,
    });
    return created(c, message);
  });

  return app;
}

function created<C extends ApiContext>(c: C, message: TutorMessage) {
  c.header('Location', `/v1/tutor/conversations/${message.conversation_id}`);
  return c.json(message, 201);
}

interface Question {
  readonly course_id: string;
  readonly body_md: string;
  readonly conversation_id?: string | undefined;
  readonly material_ids?: readonly string[] | undefined;
}

/** Searches at the point of the log that the request asks for, then asks the model. */
async function answerOf(
  c: ApiContext,
  question: Question,
  model: TutorParts['model'],
): Promise<TutorAnswer> {
  return await read(c, (reader, actor) => {
    requireInActiveCourse(reader, actor, question.course_id, 'tutor.ask');
    const history = historyOf(reader, actor, question);
    const { course_id, material_ids = null } = question;
    return answerQuestion(
      { body_md: question.body_md, history },
      courseIndex(reader, { course_id, material_ids }),
      model,
      c.req.raw.signal,
    ).catch(withdrawn);
  });
}

/** What the model fails in is part of an answer; only who asks can end it without one. */
function withdrawn(error: unknown): never {
  if (!(error instanceof OllamaError)) throw error;
  throw new Problem('request_timeout', 'The question was withdrawn before it was answered.');
}

/** Only of a conversation in this course; `not_found` for all others. */
function historyOf(reader: Reader, actor: Actor, question: Question) {
  const { conversation_id } = question;
  if (conversation_id === undefined) return [];
  const conversation = getConversation(reader, actor, conversation_id);
  if (conversation.course_id !== question.course_id) {
    throw new Problem('not_found', 'There is no such conversation of yours.');
  }
  return conversation.messages.map(({ question_md, body_md }) => ({
    question: question_md,
    answer: body_md,
  }));
}
