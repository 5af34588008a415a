#!/usr/bin/env node
import { runProgram } from '../run-program.ts';
import { verifyReceiptCommand } from './commands/verify-receipt.ts';

await runProgram('lms', (program) =>
  program
    .usage('$0 <command>: for students and teachers, and whoever has to decide between them')
    .command(verifyReceiptCommand)
    .demandCommand(1, 'Say what to do'),
);
