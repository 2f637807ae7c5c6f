import type { CodeRows } from './row.ts';

/** 7xx: what an Envoy refuses (70x), or would refuse and is kept from it (71x). */
export const envoyCodes = {
  NR701: {
    severity: 'error',
    title: 'An Envoy refused a resource',
    meaning: "What that Envoy accepted before is served for this object alone, or else 503; everybody else's changes go through.",
    cause: "What the object became breaks a rule of Envoy's that Naru does not check before, or needs something that this Envoy lacks.",
    fix: 'Change what Envoy names: it is tried again as soon as it differs. naru proxies shows its words; please report it as well.',
  },
  NR711: {
    severity: 'error',
    title: 'A host that cannot be served',
    meaning: 'The host is not served; other hosts are.',
    cause: 'It is longer than 253 characters, or has characters that no hostname has.',
    fix: 'Write letters, digits and "-" between dots, with "*." before them at most.',
  },
  NR712: {
    severity: 'error',
    title: 'A path that Envoy would refuse',
    meaning: 'Requests for it are answered with 503; other paths are served.',
    cause: 'It holds what no path of a request has, such as "?" or "#", or Envoy could never match it.',
    fix: 'Write it as the message says.',
  },
  NR713: {
    severity: 'error',
    title: 'A route that Envoy would refuse',
    meaning: 'Requests for it are answered with 503; other paths are served.',
    cause: "Something that the path is served with, such as a header, an answer or a regular expression, is beyond a limit of Envoy's.",
    fix: 'Change what the message names.',
  },
  NR714: {
    severity: 'error',
    title: 'An address that Envoy would refuse',
    meaning: 'Requests go to the other endpoints; if there are none, they are answered with 503.',
    cause: 'An EndpointSlice that somebody has written has something other than IP addresses, or a port that is none.',
    fix: 'Correct the EndpointSlice.',
  },
  NR715: {
    severity: 'error',
    title: 'A backend that Envoy would refuse',
    meaning: 'It is left out: routes that have no other backend answer 503.',
    cause: "A setting of the Service, or of annotations about it, is beyond a limit of Envoy's.",
    fix: 'Change what the message names.',
  },
  NR716: {
    severity: 'error',
    title: 'A certificate that Envoy would refuse',
    meaning: 'Its hosts are served with the default certificate.',
    cause: 'The key is of a sort or length that Envoy does not take, or the chain is damaged.',
    fix: 'Use an RSA key of at least 2048 bits, or an ECDSA key on P-256, P-384 or P-521.',
  },
} as const satisfies CodeRows;
