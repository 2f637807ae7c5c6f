/** Verbs that are only in the whole program, because they go on or need what servers do. What each does is in the file of its name. */
export const serverVerbs: readonly string[] = ['dev', 'serve', 'authz', 'certgen', 'ads-testbed'];
