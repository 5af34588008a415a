import type { ProblemCode, ProblemKind } from './problem-kind.ts';
import { REQUEST_PROBLEMS } from './request-problems.ts';
import { RULE_PROBLEMS } from './rule-problems.ts';
import { SERVER_PROBLEMS } from './server-problems.ts';
import { STATE_PROBLEMS } from './state-problems.ts';

/** One row per code: a code without a row does not compile. Served at `/problems` in this order. */
export const PROBLEMS: Readonly<Record<ProblemCode, ProblemKind>> = {
  ...REQUEST_PROBLEMS,
  ...STATE_PROBLEMS,
  ...RULE_PROBLEMS,
  ...SERVER_PROBLEMS,
};
