import type { IncomingMessage } from 'node:http';

/** A target that a URL takes as it is: `new URL` would only cost time. */
const PLAIN_TARGET = /^(?:\/(?!\.\.?(?:[/?#]|$))[!#$&-.0-;=?-[\]_a-z~]*)+$/;
const OCTET = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
/** Whose last part begins with a digit is read as an IPv4 address, and may be none. */
const NAME = '(?:[a-z0-9_-]+\\.)*[a-z][a-z0-9_-]*';
/** A port that no scheme leaves out of a URL. */
const PORT = '(?:[1-5]\\d{3,4}|[6-9]\\d{3})';
const PLAIN_HOST = new RegExp(`^(?:${NAME}|${OCTET}(?:\\.${OCTET}){3})(?::${PORT})?$`);

/**
 * The URL that a request is for; `null` when its target and `Host` make none.
 *
 * @param ownHost for a request without `Host`, which HTTP/1.0 allows
 */
export function requestUrl({ url = '', headers }: IncomingMessage, ownHost: string): string | null {
  if (!url.startsWith('/')) return /^https?:\/\//.test(url) ? parsed(url) : null;
  const host = headers.host || ownHost;
  const whole = `http://${host}${url}`;
  return isPlainHost(host) && PLAIN_TARGET.test(url) ? whole : parsed(whole, host);
}

/** Nearly all requests name the same. */
let lastPlainHost = '';

function isPlainHost(host: string): boolean {
  if (host === lastPlainHost) return true;
  if (!PLAIN_HOST.test(host)) return false;
  lastPlainHost = host;
  return true;
}

/** @param host must be what the URL takes for it: `a/b` would become a path, `a@b` another host */
function parsed(text: string, host?: string): string | null {
  const [path = ''] = text.split('?');
  if (path.includes('\\') || !URL.canParse(text)) return null;
  const url = new URL(text);
  const isHost = host === undefined || url.hostname === host.replace(/:\d+$/, '').toLowerCase();
  return isHost ? url.href : null;
}
