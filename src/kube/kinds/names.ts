import { isIP } from 'node:net';
import type { Check, Complaint } from './complaint.ts';
import { quoted } from './complaint.ts';

/**
 * What the API server allows as a name. In the words of its own source: `IsDNS1123Label`, `IsDNS1123Subdomain`,
 * `IsWildcardDNS1123Subdomain`, `IsValidPortName`, `IsValidPortNum`
 * (https://kubernetes.io/docs/concepts/overview/working-with-objects/names/).
 */

const label = '[a-z0-9](?:[-a-z0-9]*[a-z0-9])?';
const labelPattern = new RegExp(`^${label}$`);
const subdomainPattern = new RegExp(`^${label}(?:\\.${label})*$`);
const wildcardPattern = new RegExp(`^\\*\\.${label}(?:\\.${label})*$`);

export function isSubdomain(value: string): boolean {
  return value.length <= 253 && subdomainPattern.test(value);
}

export function dnsLabel(what: string): Check<string> {
  return (value) =>
    value.length <= 63 && labelPattern.test(value)
      ? undefined
      : badName(what, value, 'at most 63 lower-case letters, digits and "-", with a letter or digit at both ends');
}

export function dnsSubdomain(what: string): Check<string> {
  return (value) =>
    isSubdomain(value)
      ? undefined
      : badName(what, value, 'lower-case letters, digits, "-" and ".", with a letter or digit at both ends of each part');
}

function badName(what: string, value: string, allowed: string): Complaint {
  if (value === '') return { message: `The ${what} is empty.`, fix: `Write a ${what}.` };
  return { message: `The ${what} ${quoted(value)} is not valid: it must be ${allowed}.`, ...lowerCaseFix(value) };
}

function lowerCaseFix(value: string): { fix?: string } {
  const lower = value.toLowerCase();
  return lower !== value && (isSubdomain(lower) || wildcardPattern.test(lower)) ? { fix: `Write ${quoted(lower)}.` } : {};
}

/** What an address is made of: to ask Node about any other text would cost a start the time in which it compiles its expressions. */
const addressText = /^[\d.]+$|:/;

export const hostName: Check<string> = (value) => {
  if (addressText.test(value) && isIP(value) !== 0) {
    return {
      message: `The host ${quoted(value)} is an IP address, and only DNS names can be hosts.`,
      fix: 'Leave "host" out to match every host.',
    };
  }
  if (isSubdomain(value) || (value.length <= 253 && wildcardPattern.test(value))) return undefined;
  if (value.includes('://')) return { message: `The host ${quoted(value)} is a URL.`, fix: 'Write only the DNS name.' };
  const [name = '', port] = value.split(':');
  if (port !== undefined && /^\d+$/.test(port)) {
    return { message: `The host ${quoted(value)} has a port, and hosts are written without one.`, fix: `Write ${quoted(name)}.` };
  }
  if (value.includes('*')) {
    return {
      message: `The host ${quoted(value)} has a wildcard that is not the whole first part.`,
      fix: 'Write a wildcard as in "*.example.com".',
    };
  }
  const fix = lowerCaseFix(value);
  if (fix.fix !== undefined) return { message: `The host ${quoted(value)} has upper-case letters.`, ...fix };
  return badName('host', value, 'lower-case letters, digits, "-" and ".", with a letter or digit at both ends of each part');
};

export const portName: Check<string> = (value) =>
  value.length <= 15 && labelPattern.test(value) && /[a-z]/.test(value) && !value.includes('--')
    ? undefined
    : {
        message: `The port name ${quoted(value)} is not valid: it must be at most 15 lower-case letters, digits and single "-", with a letter among them.`,
        ...(/^\d+$/.test(value) ? { fix: `Write the number ${value} without quotes where a port number is expected.` } : {}),
      };

export const portNumber: Check<number> = (value) =>
  value >= 1 && value <= 65535 ? undefined : { message: `The port ${value} is not between 1 and 65535.` };

const keyPattern = /^[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;

/** Keys of labels and annotations: `name` or `prefix/name`. */
export const metadataKey: Check<string> = (value) => {
  const slash = value.indexOf('/');
  const prefix = value.slice(0, Math.max(slash, 0));
  const valid = keyPattern.test(value.slice(slash + 1)) && (slash === -1 || isSubdomain(prefix.toLowerCase()));
  return valid ? undefined : { message: `The key ${quoted(value)} is not valid: it must be a name, or a DNS name, "/" and a name.` };
};
