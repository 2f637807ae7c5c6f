import type { CodeRows } from './row.ts';

/** 8xx: the controller's ConfigMaps. */
export const configMapCodes = {
  NR801: { severity: 'error', title: "The controller's ConfigMap does not exist" },
  NR802: { severity: 'error', title: 'The value of a ConfigMap key is not valid' },
  NR803: { severity: 'warning', title: 'A ConfigMap key that does not exist', ofName: true },
  NR804: { severity: 'info', title: 'A ConfigMap key without effect' },
  NR805: { severity: 'error', title: 'A ConfigMap key that protects something, without effect' },
  NR806: { severity: 'error', title: 'A ConfigMap that the ConfigMap names does not exist' },
  NR807: { severity: 'error', title: 'An entry of a ConfigMap cannot be a header' },
  NR808: { severity: 'error', title: 'The ConfigMap of TCP or UDP services does not exist' },
  NR809: { severity: 'error', title: 'An entry of TCP or UDP services is not valid' },
  NR810: { severity: 'warning', title: 'A log format with variables that Envoy has nothing for' },
  NR811: { severity: 'error', title: 'Tracing without a collector of traces' },
} as const satisfies CodeRows;
