/** For reading what was written or found in the same transaction: it cannot be missing. */
export function written<Resource>(resource: Resource | null): Resource {
  if (resource === null) throw new Error('broken invariant: what was there a moment ago is not');
  return resource;
}
