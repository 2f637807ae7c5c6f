import type { CodeRows } from './row.ts';

/** 8xx: the controller's ConfigMaps. */
export const configMapCodes = {
  NR801: {
    severity: 'error',
    title: "The controller's ConfigMap does not exist",
    meaning: 'Every setting has its default until it appears.',
    cause: '--configmap names another namespace or name than the ConfigMap has.',
    fix: 'Create it, or leave --configmap out.',
  },
  NR802: {
    severity: 'error',
    title: 'The value of a ConfigMap key is not valid',
    meaning: 'The key has its default. All other keys act.',
    cause: 'A word where a number should be, or a value that is none of those allowed.',
    fix: 'Write a value as the message says; docs/configmap.md has all types.',
  },
  NR803: {
    severity: 'warning',
    title: 'A ConfigMap key that does not exist',
    ofName: true,
    meaning: 'The key is passed over.',
    cause: 'It is mistyped, or is one of another controller.',
    fix: 'Correct or remove it; docs/configmap.md lists all.',
  },
  NR804: {
    severity: 'info',
    title: 'A ConfigMap key without effect',
    meaning: 'The key changes nothing.',
    cause: 'It is about something that Envoy does in another way or not at all.',
    fix: 'Remove the key. The message says what does the same, if anything does.',
  },
  NR805: {
    severity: 'error',
    title: 'A ConfigMap key that protects something, without effect',
    meaning: 'What the key should protect is not protected by it: look at this one first.',
    cause: 'It is about something that Envoy does in another way or not at all.',
    fix: 'Do what the message says in its place, and remove the key.',
  },
  NR806: {
    severity: 'error',
    title: 'A ConfigMap that the ConfigMap names does not exist',
    meaning: 'No header of it is set.',
    cause: 'It is mistyped, in another namespace, or Naru may not read it.',
    fix: 'Create it with a Role that lets Naru list and watch it, or remove the key.',
  },
  NR807: {
    severity: 'error',
    title: 'An entry of a ConfigMap cannot be a header',
    meaning: 'The header is not set; where an Ingress asks for it, the paths of that Ingress answer 503.',
    cause:
      'The name has characters that no name of a header has, the value has a line break, or the header is one that nobody but Envoy may set.',
    fix: 'Correct or remove the entry.',
  },
  NR808: {
    severity: 'error',
    title: 'The ConfigMap of TCP or UDP services does not exist',
    meaning: 'No port is opened for these services.',
    cause: '--tcp-services-configmap or --udp-services-configmap names another namespace or name than the ConfigMap has.',
    fix: 'Create it, or leave the flag out.',
  },
  NR809: {
    severity: 'error',
    title: 'An entry of TCP or UDP services is not valid',
    meaning: 'This port is not opened; the others are.',
    cause: 'The key is no port, or one that Naru itself needs, or the value is not written as for ingress-nginx.',
    fix: 'Write it as in 9000: "shop/database:5432", or choose another port.',
  },
  NR810: {
    severity: 'warning',
    title: 'A log format with variables that Envoy has nothing for',
    meaning: '"-" is written in their place.',
    cause: 'The format names variables of nginx that have no counterpart in Envoy.',
    fix: 'Leave them out of the format; docs/configmap.md lists those that are known.',
  },
  NR811: {
    severity: 'error',
    title: 'Tracing without a collector of traces',
    meaning: 'Nothing is traced.',
    cause: 'enable-opentelemetry is on, and otlp-collector-host does not say where traces go.',
    fix: 'Set otlp-collector-host in the ConfigMap, or remove enable-opentelemetry.',
  },
} as const satisfies CodeRows;
