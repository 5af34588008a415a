#!/usr/bin/env node
import { runProgram } from '../run-program.ts';
import { initCommand } from './commands/init.ts';
import { statusCommand } from './commands/status.ts';

await runProgram('lms-admin', (program) =>
  program
    .usage('$0 <command>: look after a Quorum LMS cluster')
    .command(initCommand)
    .command(statusCommand)
    .demandCommand(1, 'Say what to do'),
);
