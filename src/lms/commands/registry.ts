import type { CommandDefinition } from '../command.ts';
import { createCourse } from './create-course.ts';
import { createFile } from './create-file.ts';
import { createUser } from './create-user.ts';
import { deleteCourse } from './delete-course.ts';
import { deleteUser } from './delete-user.ts';
import { enroll } from './enroll.ts';
import { unenroll } from './unenroll.ts';
import { updateCourse } from './update-course.ts';
import { updateUser } from './update-user.ts';

/** Every kind and version that the log may hold. Nothing is ever taken out of this list. */
const ALL: readonly CommandDefinition<never>[] = [
  createCourse,
  createFile,
  createUser,
  deleteCourse,
  deleteUser,
  enroll,
  unenroll,
  updateCourse,
  updateUser,
];

export const COMMANDS: ReadonlyMap<string, CommandDefinition<object>> = new Map(
  ALL.map((definition) => [
    `${definition.kind}/${definition.v}`,
    definition as unknown as CommandDefinition<object>,
  ]),
);
