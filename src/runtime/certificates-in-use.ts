import type { DebugView } from '../debug/view.ts';
import type { Build } from './build.ts';

/** The certificates of Secrets, and when they end. */
export function certificatesInUse({ model, gateway }: Build): ReturnType<NonNullable<DebugView['certificates']>> {
  const keys = new Set([...model.certificates.keys(), ...gateway.certificates.keys()]);
  return [...keys].flatMap((key) => {
    const certificate = model.certificates.get(key) ?? gateway.certificates.get(key);
    const [namespace = '', secret = ''] = key.split('/');
    return certificate === undefined ? [] : [{ namespace, secret, notAfter: certificate.notAfter }];
  });
}
