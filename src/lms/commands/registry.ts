import type { CommandDefinition } from '../command.ts';
import { createFile } from './create-file.ts';

/** Every kind and version that the log may hold. Nothing is ever taken out of this list. */
const ALL: readonly CommandDefinition<never>[] = [createFile];

export const COMMANDS: ReadonlyMap<string, CommandDefinition<object>> = new Map(
  ALL.map((definition) => [
    `${definition.kind}/${definition.v}`,
    definition as unknown as CommandDefinition<object>,
  ]),
);
