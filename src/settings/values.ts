// What a flag takes, each from its text. They throw what commander tells the user.
import { isIP } from 'node:net';
import { InvalidArgumentError } from 'commander';
import { isPool } from '../gateway/address-pool.ts';
import { type PortRange, readPortRange } from '../gateway/balanced-ports.ts';
import { isLabelSelector } from '../kube/label-selector.ts';
import type { HelperAddress } from '../xds/options.ts';

export function boolean(text: string): boolean {
  if (text !== 'true' && text !== 'false') throw new InvalidArgumentError('Write true or false.');
  return text === 'true';
}

export function seconds(text: string): number {
  if (!/^[1-9]\d{0,3}$/.test(text)) throw new InvalidArgumentError('Write a whole number of seconds.');
  return Number(text);
}

const dnsName = /^(?=.{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/** What the API server takes as entries of a status. */
export function addressList(text: string): readonly string[] {
  const addresses = text.split(',').map((one) => one.trim().toLowerCase());
  const odd = addresses.find((one) => isIP(one) === 0 && !dnsName.test(one));
  if (odd !== undefined) throw new InvalidArgumentError(`"${odd}" is neither an IP address nor a DNS name.`);
  return addresses;
}

export interface Address {
  readonly host: string;
  readonly port: number;
}

export function count(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('Write a whole number from 1 on.');
  return Number(text);
}

export function port(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value > 65_535) throw new InvalidArgumentError('A port is a whole number from 0 to 65535.');
  return value;
}

/** `host:port`, `[::1]:port` or `:port` for all addresses. */
export function address(text: string): Address {
  const parts = /^(?:\[(?<v6>[0-9a-fA-F:.]+)\]|(?<host>[^:]*)):(?<port>\d+)$/.exec(text)?.groups;
  if (parts?.['port'] === undefined) throw new InvalidArgumentError('An address is host:port, such as 127.0.0.1:18000.');
  const host = parts['v6'] ?? parts['host'] ?? '';
  return { host: host === '' ? '0.0.0.0' : host, port: port(parts['port']) };
}

/** As `naru authz --listen` takes it. */
export function helperAddress(text: string): HelperAddress {
  const path = /^unix:(?<path>\/.+)$/.exec(text)?.groups?.['path'];
  if (path !== undefined) return { path };
  const { host, port: number } = address(text);
  if (isIP(host) === 0) throw new InvalidArgumentError('Write an IP address with a port, such as 127.0.0.1:9191, or unix:/path.');
  return { host, port: number };
}

export function portRange(text: string): PortRange {
  const range = readPortRange(text);
  if (range === undefined)
    throw new InvalidArgumentError('Write two ports from 1024 to 65535, such as 20000-29999; a Gateway needs 16 of them.');
  return range;
}

export function network(text: string): string {
  if (!isPool(text)) throw new InvalidArgumentError('Write a network such as 192.0.2.0/24.');
  return text;
}

export function labelSelector(text: string): string {
  if (!isLabelSelector(text)) throw new InvalidArgumentError('Write labels as kubectl takes them: team=shop,stage in (test,live),!paused.');
  return text;
}

export function namespacedName(text: string): string {
  if (!/^[a-z0-9-]+\/[a-z0-9.-]+$/.test(text)) throw new InvalidArgumentError('Write it as NAMESPACE/NAME.');
  return text;
}
