import { OperatorError } from './operator-error.ts';
import { KeysError } from './pki/keys-error.ts';
import { OtherDirectory } from './raft/core/other-directory.ts';
import { FolderInUse, ForeignLog, LogCorruption } from './raft/log/errors.ts';
import { TransportStartError } from './raft/transport/transport-error.ts';

/** Why a part may refuse to start; each text says what, why and how to fix it. */
const REFUSALS = [
  KeysError,
  FolderInUse,
  ForeignLog,
  LogCorruption,
  OtherDirectory,
  TransportStartError,
];

/** Rethrows what kept a part from starting: as `OperatorError` where the operator can mend it. */
export function startError(error: unknown): never {
  if (REFUSALS.some((kind) => error instanceof kind)) {
    throw new OperatorError((error as Error).message, { cause: error });
  }
  const { code, syscall, address, port, message, path } = error as NodeJS.ErrnoException & {
    address?: string;
    port?: number;
  };
  if (syscall === 'listen' || syscall === 'getaddrinfo') {
    const fix =
      code === 'EADDRINUSE'
        ? 'another process has the port. Stop it, or change nodes[].api in cluster.json on all nodes'
        : `${message}. Use an address of this machine for nodes[].api in cluster.json`;
    throw new OperatorError(`cannot serve the API on ${address}:${port}: ${fix}`, { cause: error });
  }
  if (path !== undefined && (code === 'ENOSPC' || code === 'EDQUOT')) {
    throw new OperatorError(`the disk is full: ${message}. Make room on it, and start again`, {
      cause: error,
    });
  }
  if (path !== undefined) {
    throw new OperatorError(`${path} cannot be used: ${message}. See that this user may write it`, {
      cause: error,
    });
  }
  throw error;
}
