import type { CommandDefinition } from '../command.ts';
import { acceptAnswer } from './accept-answer.ts';
import { answerQuery } from './answer-query.ts';
import { createAssignment } from './create-assignment.ts';
import { createCourse } from './create-course.ts';
import { createFile } from './create-file.ts';
import { createUser } from './create-user.ts';
import { deleteAssignment } from './delete-assignment.ts';
import { deleteCourse } from './delete-course.ts';
import { deleteUser } from './delete-user.ts';
import { endorseAnswer } from './endorse-answer.ts';
import { enroll } from './enroll.ts';
import { gradeAssignment } from './grade-assignment.ts';
import { postQuery } from './post-query.ts';
import { submitAssignment } from './submit-assignment.ts';
import { unenroll } from './unenroll.ts';
import { updateAssignment } from './update-assignment.ts';
import { updateCourse } from './update-course.ts';
import { updateUser } from './update-user.ts';

/** Every kind and version that the log may hold. Nothing is ever taken out of this list. */
const ALL: readonly CommandDefinition<never>[] = [
  acceptAnswer,
  answerQuery,
  createAssignment,
  createCourse,
  createFile,
  createUser,
  deleteAssignment,
  deleteCourse,
  deleteUser,
  endorseAnswer,
  enroll,
  gradeAssignment,
  postQuery,
  submitAssignment,
  unenroll,
  updateAssignment,
  updateCourse,
  updateUser,
];

export const COMMANDS: ReadonlyMap<string, CommandDefinition<object>> = new Map(
  ALL.map((definition) => [
    `${definition.kind}/${definition.v}`,
    definition as unknown as CommandDefinition<object>,
  ]),
);
