import { Problem } from '../problem.ts';

const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;
const KEY = /^[\x21-\x2b\x2d-\x7e]+$/;
const maxMetadataChars = 8_192;

/** `Upload-Metadata` by key: pairs `key base64` with commas between them; a value may be missing. */
export function parseMetadata(header: string): ReadonlyMap<string, string> {
  const pairs = new Map<string, string>();
  if (header.length > maxMetadataChars) throw malformed();
  for (const pair of header === '' ? [] : header.split(',')) {
    const [key = '', value = '', ...rest] = pair.trim().split(' ');
    if (!KEY.test(key) || pairs.has(key) || !BASE64.test(value) || rest.length > 0) {
      throw malformed();
    }
    pairs.set(key, Buffer.from(value, 'base64').toString('utf8'));
  }
  return pairs;
}

export interface FileAbout {
  /** As the client calls it. */
  readonly name: string;
  readonly declared_type: string | null;
  /** The whole must have this SHA-256 (hex), if the client said so. */
  readonly sha256: string | null;
}

/** What we understand of the metadata: the keys that clients use, and `sha256`. */
export function aboutFile(metadata: ReadonlyMap<string, string>): FileAbout {
  const sha256 = metadata.get('sha256')?.toLowerCase() ?? null;
  if (sha256 !== null && !/^[0-9a-f]{64}$/.test(sha256)) {
    throw new Problem('invalid_header', 'sha256 of Upload-Metadata must be 64 hex digits.');
  }
  return {
    name: metadata.get('filename') ?? metadata.get('name') ?? '',
    declared_type: metadata.get('filetype') ?? metadata.get('type') ?? null,
    sha256,
  };
}

function malformed(): Problem {
  return new Problem(
    'invalid_header',
    'Upload-Metadata must be pairs of a key and a value in base64, such as "filename ZXNzYXkucGRm", with ' +
      `commas between them, each key once, and at most ${maxMetadataChars} characters.`,
  );
}
