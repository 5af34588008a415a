import { isIPv6 } from 'node:net';
import type { ApiContext } from './env.ts';

/**
 * Where the connection comes from, for the login throttle: an IPv4 address, or the /64 of an IPv6
 * address, since one household has all of it. Forwarding headers are not believed: anybody can send
 * them. `null` when there is no socket.
 */
export function clientAddress(c: ApiContext): string | null {
  const address = c.env.incoming?.socket.remoteAddress;
  return address === undefined ? null : addressPrefix(address);
}

export function addressPrefix(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  if (!isIPv6(address)) return address;
  const [head = '', tail] = (address.split('%')[0] ?? '').toLowerCase().split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = Array<string>(8 - left.length - right.length).fill('0');
  const groups = tail === undefined ? left : [...left, ...zeros, ...right];
  return `${groups
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':')}::/64`;
}
