const ID = /^[a-z]{3}_[0-9a-f]{32}$/;
const UUID = /^[0-9a-f]{32}$/;
const prefixChars = 3;
const idBytes = prefixChars + 16;

/**
 * An id as it is stored where there are millions of them: three letters and the 16 bytes of the UUID, which
 * sort as the ids do. What has another shape stays a text.
 */
export function compactId(id: string): string | Uint8Array {
  if (!ID.test(id)) return id;
  const bytes = Buffer.allocUnsafe(idBytes);
  bytes.write(id, 0, prefixChars, 'latin1');
  bytes.write(id.slice(prefixChars + 1), prefixChars, 'hex');
  return bytes;
}

/** The same for what is a UUID alone: its 16 bytes. */
export function compactUuid(id: string): string | Uint8Array {
  return UUID.test(id) ? Buffer.from(id, 'hex') : id;
}
