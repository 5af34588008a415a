import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { pieceBytes } from './limits.ts';

/**
 * SHA-256 (hex) of a whole file, through one buffer; the handle stays open.
 *
 * @param pace waited for after each piece, with its size
 */
export async function hashFile(
  handle: FileHandle,
  pace: (bytes: number) => Promise<void> = () => Promise.resolve(),
): Promise<string> {
  const hash = createHash('sha256');
  const buffer = Buffer.allocUnsafe(pieceBytes);
  for (let position = 0; ; ) {
    const { bytesRead } = await handle.read(buffer, 0, pieceBytes, position);
    if (bytesRead === 0) return hash.digest('hex');
    hash.update(buffer.subarray(0, bytesRead));
    position += bytesRead;
    await pace(bytesRead);
  }
}
