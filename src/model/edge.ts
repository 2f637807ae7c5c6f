/** Key of the one row that a table of these has. */
export const edgeKey = 'edge';

/** How the listeners treat every connection, request and answer, whatever host it is for. */
export interface EdgeSettings {
  /** `Strict-Transport-Security` of every answer over https, in place of the backend's; absent: none. */
  readonly hsts?: string;
}
