import type { IncomingMessage } from 'node:http';
import t from 'tap';
import { requestUrl } from './request-url.ts';

const urlOf = (url: string, host?: string) =>
  requestUrl({ url, headers: { host } } as IncomingMessage, '127.0.0.1');

t.test('a target and a host make a URL, as the URL standard writes it', (t) => {
  for (const [target, host, url] of [
    ['/v1/me', 'lms.example.org:8001', 'http://lms.example.org:8001/v1/me'],
    ['/v1/me?a=b&c=%20', 'LMS.example.org:80', 'http://lms.example.org/v1/me?a=b&c=%20'],
    ['/v1/a/../me', 'x', 'http://x/v1/me'],
    ['/v1/é', 'x', 'http://x/v1/%C3%A9'],
    ['/v1/me', '10.0.200.255:8001', 'http://10.0.200.255:8001/v1/me'],
    ['/v1/me', '3.lms', 'http://3.lms/v1/me'],
    ['/v1/me', '[::1]:8001', 'http://[::1]:8001/v1/me'],
    ['//other/v1', 'x', 'http://x//other/v1'],
    ['http://other:8001/v1/me', 'x', 'http://other:8001/v1/me'],
    ['/v1/me', undefined, 'http://127.0.0.1/v1/me'],
  ] as const) {
    t.equal(urlOf(target, host), url);
  }
  t.end();
});

t.test('what makes none, or one of another host or path, is refused', (t) => {
  for (const [target, host] of [
    ['/', 'a b'],
    ['/', 'user@x'],
    ['/', 'x/y'],
    ['/', 'x?'],
    ['/', 'x:99999'],
    ['/', '1.2.3.4.5'],
    ['/', '1.2.3.256'],
    ['/', '010.0.0.1'],
    ['/', '0x7f.1'],
    ['/', 'lms.0x'],
    ['/a\\b', 'x'],
    ['*', 'x'],
    ['v1/me', 'x'],
    ['', 'x'],
    ['ftp://x/', 'x'],
    ['http://', 'x'],
  ] as const) {
    t.equal(urlOf(target, host), null, `${host} ${target}`);
  }
  t.end();
});
