import * as z from 'zod';
import { checked, issueOf } from './complaint.ts';
import { fields, text, withDefault } from './fields.ts';
import type { KindRow } from './kind.ts';
import { metadata } from './metadata.ts';
import { dnsSubdomain } from './names.ts';

/** What Naru reads of a Secret. Any other key may be a user, with the hash of a password; what is too long for that is dropped at once. */
const keys = ['tls.crt', 'tls.key', 'ca.crt', 'ca.crl', 'tls.ocsp-staple', 'auth'];

const longestHash = 512;

type Data = Readonly<Record<string, Buffer>>;

const base64 = /^[A-Za-z0-9+/]*={0,2}$/;

function decode(value: string): Buffer | undefined {
  const compact = value.replace(/[\r\n]/g, '');
  return compact.length % 4 === 0 && base64.test(compact) ? Buffer.from(compact, 'base64') : undefined;
}

function dataField(read: (value: string) => Buffer | undefined, complaint: { message: string; fix: string }) {
  return z
    .record(text, z.unknown())
    .nullish()
    .transform((given, { issues }): Data => {
      const data: Record<string, Buffer> = {};
      for (const [key, value] of Object.entries(given ?? {})) {
        if (keys.includes(key) || typeof value !== 'string') continue;
        const decoded = value.length > 2 * longestHash ? undefined : read(value);
        if (decoded !== undefined && decoded.length <= longestHash) data[key] = decoded;
      }
      for (const key of keys) {
        const value = given?.[key];
        if (value === undefined) continue;
        const decoded = typeof value === 'string' ? read(value) : value === null ? Buffer.alloc(0) : undefined;
        if (decoded !== undefined) data[key] = decoded;
        else issues.push(issueOf({ message: `"${key}" ${complaint.message}`, fix: complaint.fix, at: [key] }));
      }
      return data;
    });
}

const data = dataField(decode, {
  message: 'is not in base64.',
  fix: 'Encode the value with "base64 -w0", or write it as it is below "stringData".',
});

const stringData = dataField((value) => Buffer.from(value), { message: 'must be text.', fix: 'Put the value in quotes.' });

const tlsType = 'kubernetes.io/tls';

export const secret: KindRow<'Secret'> = {
  kind: 'Secret',
  apiVersion: 'v1',
  formerApiVersions: [],
  path: '/api/v1/secrets',
  namespaced: true,
  // Releases of Helm are often a megabyte each, and none of the three can hold a certificate or a list of users.
  fieldSelector: 'type!=helm.sh/release.v1,type!=kubernetes.io/service-account-token,type!=bootstrap.kubernetes.io/token',
  sensitive: true,
  usedTypes: [tlsType],
  schema: () =>
    checked(
      fields({
        metadata: metadata({ namespaced: true, name: dnsSubdomain('name') }),
        type: withDefault(text, 'Opaque'),
        data,
        stringData,
      }).transform(({ data: encoded, stringData: plain, ...rest }) => ({
        kind: 'Secret' as const,
        ...rest,
        data: { ...encoded, ...plain },
      })),
      (value) => {
        if (value.type !== tlsType) return undefined;
        const missing = ['tls.crt', 'tls.key'].find((key) => !Object.hasOwn(value.data, key));
        if (missing === undefined) return undefined;
        return {
          message: `A Secret of type ${tlsType} must have "${missing}".`,
          fix: `Add "${missing}" below "data".`,
          at: ['data', missing],
        };
      },
    ),
};
