/** Something about a request or its answer that is known only when it comes. */
export type Variable =
  | { readonly name: PlainVariable }
  /** Of the request; names of headers in lower case. */
  | { readonly name: 'request-header' | 'query-parameter' | 'response-header'; readonly key: string };

export type PlainVariable =
  /** As the client wrote it, with a port if it wrote one. */
  | 'authority'
  /** `http` or `https`, between the client and Envoy. */
  | 'scheme'
  | 'method'
  /** Without the query. */
  | 'path'
  /** Without the `?`. */
  | 'query'
  /** Path and query as the client wrote them. */
  | 'original-path-and-query'
  /** Of the client, behind the proxies that are trusted. */
  | 'client-address'
  /** The port at which the request arrived. */
  | 'local-port'
  | 'request-id'
  | 'protocol'
  | 'tls-server-name'
  | 'tls-version'
  | 'tls-cipher'
  /** Of the client's certificate: its subject and issuer by RFC 2253, and the whole of it, PEM, URL-encoded. */
  | 'client-certificate-subject'
  | 'client-certificate-issuer'
  | 'client-certificate'
  | 'upstream-address'
  | 'status';

/** A text with variables in it, in order; a variable that says nothing stands for the empty text. */
export type Template = readonly (string | Variable)[];
