export interface Credentials {
  readonly user: string;
  readonly password: string;
}

/** Longer headers than this are not read. Characters. */
const longest = 8192;

/** The user and password of an `Authorization: Basic` header; undefined when it is no such header. RFC 7617. */
export function readCredentials(header: string | undefined): Credentials | undefined {
  if (header === undefined || header.length > longest) return undefined;
  const encoded = /^basic +(?<encoded>[A-Za-z0-9+/]+={0,2})$/i.exec(header)?.groups?.['encoded'];
  if (encoded === undefined) return undefined;
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon < 0 ? undefined : { user: text.slice(0, colon), password: text.slice(colon + 1) };
}
