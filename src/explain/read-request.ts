import type { ExplainedRequest } from './request.ts';

/** A request in the words of a command line or a query; `headers` as in `x-canary: always`. What is wrong is said in a sentence. */
export function readRequest(method: string, url: string, headers: readonly string[]): ExplainedRequest | { readonly wrong: string } {
  if (!/^[A-Z]+$/.test(method)) return { wrong: `${JSON.stringify(method)} is not a method. Write one such as GET, in upper case.` };
  const parts = /^(?<scheme>https?):\/\/(?<host>[^/?#]+)(?<path>[^#]*)/.exec(url)?.groups;
  if (parts === undefined) return { wrong: `${JSON.stringify(url)} is not a URL. Write it as in https://shop.example.com/api?x=1.` };
  const { scheme, host = '', path = '' } = parts;
  const read = new Map<string, string>();
  for (const header of headers) {
    const [, name = '', value = ''] = /^\s*([!#$%&'*+.^_`|~0-9A-Za-z-]+)\s*:\s*(.*?)\s*$/.exec(header) ?? [];
    if (name === '') return { wrong: `${JSON.stringify(header)} is not a header. Write it as in "x-canary: always".` };
    const key = name.toLowerCase();
    const before = read.get(key);
    read.set(key, before === undefined ? value : `${before}${key === 'cookie' ? '; ' : ','}${value}`);
  }
  const named = read.get('host');
  read.delete('host');
  const port = /:(\d+)$/.exec(host)?.[1];
  return {
    method,
    ...(port === undefined ? {} : { port: Number(port) }),
    scheme: scheme === 'https' ? 'https' : 'http',
    authority: named ?? host,
    ...(named === undefined ? {} : { serverName: host.replace(/:\d*$/, '').replace(/\.$/, '').toLowerCase() }),
    path: path.startsWith('/') ? path : `/${path}`,
    headers: read,
  };
}
