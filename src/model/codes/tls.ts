import type { CodeRows } from './row.ts';

/** 4xx: certificates. */
export const tlsCodes = {
  NR401: {
    severity: 'error',
    title: 'A TLS Secret is missing',
  },
  NR402: {
    severity: 'error',
    title: 'A TLS Secret cannot be used',
  },
  NR403: {
    severity: 'warning',
    title: 'No certificate for a TLS host',
  },
  NR404: {
    severity: 'error',
    title: 'A certificate has expired, or is not valid yet',
  },
  NR405: {
    severity: 'warning',
    title: 'A certificate expires soon',
  },
  NR406: {
    severity: 'error',
    title: 'A Secret for TLS with pods that cannot be used',
    meaning: 'The paths of the Ingress answer 503.',
    cause: 'The Secret that proxy-ssl-secret names is missing, or does not hold what the annotations need of it.',
    fix: 'Give it tls.crt with tls.key, ca.crt, or both; they are PEM.',
  },
  NR407: {
    severity: 'warning',
    title: 'An OCSP response cannot be stapled',
    meaning: 'The certificate is served without it; where it demands one (must-staple), clients that ask for it cannot connect.',
    cause: 'What stands under tls.ocsp-staple in the Secret is no response in DER, is about another certificate, or has expired.',
    fix: 'Put the response there that the authority of the certificate gives now, or take the key out.',
  },
} as const satisfies CodeRows;
