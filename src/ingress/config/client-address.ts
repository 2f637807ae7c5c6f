import { flag } from './setting.ts';
import { cidrs, headerName } from './list.ts';
import { duration } from './quantity.ts';
import { defineConcern, draining, notRead, read, readWith } from './concern.ts';
import { freeText } from './setting.ts';

export const clientAddress = defineConcern('Client address', {
  'use-proxy-protocol': draining(
    read(flag(false, 'Connections to the http and https ports begin with a PROXY protocol header, which says who the client is.')),
  ),
  'proxy-protocol-header-timeout': draining(read(duration('5s', 'How long the PROXY protocol header and the start of TLS may take.'))),
  'use-forwarded-headers': draining(
    readWith(
      'Backends get `X-Forwarded-Host` as it came; their `Host`, and that of redirects, stays the one of the request.',
      flag(false, 'Believe `X-Forwarded-For`, `-Proto`, `-Port` and `-Host` of the request: another proxy stands in front.'),
    ),
  ),
  'enable-real-ip': draining(read(flag(false, 'Believe the forwarded-for header for the address of the client, and nothing else.'))),
  'proxy-real-ip-cidr': draining(
    readWith(
      'With use-proxy-protocol, connections from elsewhere are closed.',
      cidrs('0.0.0.0/0', 'Who may say the address of the client, by the forwarded-for header or the PROXY protocol.'),
    ),
  ),
  'forwarded-for-header': draining(read(headerName('X-Forwarded-For', 'Header that carries the address of the client.'))),
  'forwarded-host-header': draining(
    read(headerName('X-Forwarded-Host', 'Header of the request that is handed on as `X-Original-Forwarded-Host`.')),
  ),
  'compute-full-forwarded-for': draining(
    read(flag(false, 'Append the peer to the `X-Forwarded-For` of the request instead of replacing it.')),
  ),
  'forwarded-for-proxy-protocol-header': notRead(freeText('X-Forwarded-For-Proxy-Protocol', 'Header that nginx uses inside itself.'), {
    reason: 'Envoy needs no header to hand the address of the PROXY protocol on.',
    fix: 'Remove the key.',
  }),
});
