import type { Reader } from '../reader.ts';

/** Whether the cluster has an administrator, active or not: else it may still make its first. */
export function anyAdmin(reader: Reader): boolean {
  const found = reader.get("SELECT 1 FROM users WHERE site_role = 'admin' AND deleted_at IS NULL");
  return found !== undefined;
}
