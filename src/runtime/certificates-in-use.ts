import type { Build } from './build.ts';

/** The certificates of Secrets, and when they end. */
export function certificatesInUse({ model, gateway }: Build) {
  const keys = new Map([model, gateway].flatMap(({ certificates }) => [...certificates.keys()].map((key) => [key, certificates.get(key)])));
  return [...keys.values()].flatMap((certificate) => {
    const [namespace, secret] = certificate?.key.split('/') ?? [];
    return certificate === undefined || namespace === undefined || secret === undefined
      ? []
      : [{ namespace, secret, notAfter: certificate.notAfter }];
  });
}
