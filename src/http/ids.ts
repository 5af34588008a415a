import { v7 } from 'uuid';

export type IdPrefix =
  | 'usr'
  | 'ses'
  | 'fam'
  | 'tok'
  | 'crs'
  | 'asg'
  | 'sub'
  | 'att'
  | 'fil'
  | 'mat'
  | 'qry'
  | 'ans'
  | 'rgr'
  | 'cnv'
  | 'msg';

/** A new id: the prefix of its kind and a UUIDv7 without hyphens, so ids sort by their birth. */
export function newId(prefix: IdPrefix): string {
  return `${prefix}_${v7().replaceAll('-', '')}`;
}
