import { type Parsed, shown } from '../annotations/grammar.ts';

export type StreamProtocol = 'TCP' | 'UDP';

/** One entry of `--tcp-services-configmap` or `--udp-services-configmap`, as it is written. */
export interface StreamEntry {
  readonly port: number;
  /** `namespace/name` */
  readonly service: string;
  /** Number or name. */
  readonly servicePort: string;
  readonly readsProxyProtocol: boolean;
  readonly sendsProxyProtocol: boolean;
}

const form = /^(?<service>[a-z0-9-]+\/[a-z0-9-]+):(?<port>[a-z0-9-]+)(?::(?<reads>\w*)(?::(?<sends>\w*))?)?$/;

/**
 * `9000: namespace/service:port`, with `:PROXY` behind it for connections that begin with the PROXY protocol, and `:PROXY` or
 * nothing, then `:PROXY`, for a backend that wants it (getStreamServices in ingress-nginx's internal/ingress/controller/controller.go).
 */
export function parseStreamEntry(port: string, text: string, protocol: StreamProtocol): Parsed<StreamEntry> {
  const number = /^[1-9]\d{0,4}$/.test(port) ? Number(port) : 0;
  if (number === 0 || number > 65_535) return wrong(`"${shown(port)}" is not a port from 1 to 65535.`);
  const parts = form.exec(text.trim())?.groups;
  if (parts === undefined) return wrong(`"${shown(text)}" is not of the form namespace/service:port, with :PROXY for the PROXY protocol.`);
  const proxied = [parts['reads'] ?? '', parts['sends'] ?? ''];
  const odd = proxied.find((word) => word !== '' && word.toUpperCase() !== 'PROXY');
  if (odd !== undefined) return wrong(`"${shown(odd)}" stands where only PROXY can.`);
  const [reads, sends] = proxied.map((word) => word !== '');
  if (protocol === 'UDP' && (reads === true || sends === true)) return wrong('UDP has no PROXY protocol.');
  const value = {
    port: number,
    service: parts['service'] ?? '',
    servicePort: parts['port'] ?? '',
    readsProxyProtocol: reads === true,
    sendsProxyProtocol: sends === true,
  };
  return { ok: true, value };
}

function wrong(message: string): Parsed<StreamEntry> {
  return { ok: false, message };
}
