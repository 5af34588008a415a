/** For reading back what the command has just written: it cannot be missing. */
export function written<Resource>(resource: Resource | null): Resource {
  if (resource === null) throw new Error('broken invariant: what was just written is not there');
  return resource;
}
