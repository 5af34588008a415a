import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { hashSliceBytes } from './limits.ts';

/** Size and SHA-256 (hex) of a file, after an fsync of it. Yields to the event loop all along. */
export async function syncAndHash(path: string): Promise<{ size_bytes: number; sha256: string }> {
  const handle = await open(path, 'r+');
  try {
    await handle.sync();
    const hash = createHash('sha256');
    const buffer = Buffer.allocUnsafe(hashSliceBytes);
    for (let size = 0; ; await nextTurn()) {
      const { bytesRead } = await handle.read(buffer, 0, hashSliceBytes, size);
      if (bytesRead === 0) return { size_bytes: size, sha256: hash.digest('hex') };
      hash.update(buffer.subarray(0, bytesRead));
      size += bytesRead;
    }
  } finally {
    await handle.close();
  }
}

/** Makes creations, renames and removals in the folder durable. */
export async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Writes a small file that is there whole or not at all, once the folder is synced. */
export async function writeDurably(path: string, text: string): Promise<void> {
  const handle = await open(path, 'w', 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}
