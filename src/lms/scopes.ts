/** What a personal token may be used for. It never allows more than its owner's roles do. */
export const SCOPES = ['read', 'write', 'grade', 'admin'] as const;
export type Scope = (typeof SCOPES)[number];
