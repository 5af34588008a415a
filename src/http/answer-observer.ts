import type { ApiContext } from './env.ts';

/** Told of every answer when it is ready. @param milliseconds since the request arrived */
export type AnswerObserver = (c: ApiContext, milliseconds: number) => void;
