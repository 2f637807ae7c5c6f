import type { CodeRows } from './row.ts';

/** 4xx: certificates. */
export const tlsCodes = {
  NR401: {
    severity: 'error',
    title: 'A TLS Secret is missing',
    meaning: 'The hosts that name it are served with the default certificate, which browsers refuse, until it appears.',
    cause: 'The Secret is in another namespace than the Ingress, is called otherwise, or is still being made.',
    fix: 'Create it with the keys tls.crt and tls.key. With cert-manager look at its Certificate.',
  },
  NR402: {
    severity: 'error',
    title: 'A TLS Secret cannot be used',
    meaning: 'The hosts that name it are served with the default certificate.',
    cause: 'tls.crt or tls.key is missing or damaged, the two do not belong together, or the certificate demands what is not there.',
    fix: 'Put a matching pair into the Secret; it is live at once.',
  },
  NR403: {
    severity: 'warning',
    title: 'No certificate for a TLS host',
    meaning: 'The host is served with the default certificate, which browsers refuse.',
    cause: 'The certificate of the Secret names other hosts; a wildcard stands for one label only.',
    fix: 'Use a certificate that names the host.',
  },
  NR404: {
    severity: 'error',
    title: 'A certificate has expired, or is not valid yet',
    meaning: 'It is served all the same, and clients refuse it: any other would be refused, too.',
    cause: 'It was not renewed in time, or was made by a machine whose clock is ahead.',
    fix: 'Put a new one into the Secret; it is live at once. With cert-manager look at its Certificate.',
  },
  NR405: {
    severity: 'warning',
    title: 'A certificate expires soon',
    meaning: 'Until then nothing is wrong.',
    cause: 'Its end is nearer than ten days. What renews certificates does so earlier.',
    fix: 'Put a new one into the Secret, or look why it was not renewed.',
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
