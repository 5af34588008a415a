#!/usr/bin/env node
import { runProgram } from '../run-program.ts';
import { addNodeCommand } from './commands/add-node.ts';
import { auditCommand } from './commands/audit.ts';
import { backupCommand } from './commands/backup.ts';
import { initCommand } from './commands/init.ts';
import { moveLeaderCommand } from './commands/move-leader.ts';
import { removeNodeCommand } from './commands/remove-node.ts';
import { restoreCommand } from './commands/restore.ts';
import { snapshotCommand } from './commands/snapshot.ts';
import { statusCommand } from './commands/status.ts';

await runProgram('lms-admin', (program) =>
  program
    .usage('$0 <command>: look after a Quorum LMS cluster')
    .command(initCommand)
    .command(statusCommand)
    .command(addNodeCommand)
    .command(removeNodeCommand)
    .command(moveLeaderCommand)
    .command(snapshotCommand)
    .command(backupCommand)
    .command(restoreCommand)
    .command(auditCommand)
    .demandCommand(1, 'Say what to do'),
);
