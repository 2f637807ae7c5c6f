import { flag, freeText, wholeNumber } from './setting.ts';
import { type ConfigKey, defineConcern, missingProtection, notRead } from './concern.ts';

const process = { reason: "It sizes nginx's own processes.", fix: 'Remove the key; Envoy is sized by --concurrency and by its pod.' };
const snippet = {
  reason: 'It is configuration of nginx, which Naru does not run.',
  fix: 'Use the keys and annotations that say the same.',
};
const noGeo = {
  reason:
    "Envoy's filter for it is unfinished and outside of its security policy, and an Envoy without the database refuses to listen at all.",
  fix: 'Look addresses up in the backend, which is told them in X-Real-IP.',
};
const noFirewall = { reason: 'Envoy has no ModSecurity.', fix: 'Keep hosts that need it behind a web application firewall.' };

const text = (doc: string, fallback = ''): ConfigKey<string> => notRead(freeText(fallback, doc), process);
const count = (fallback: number, doc: string) => wholeNumber({ fallback, min: 0, max: 999_999_999, doc });

export const processes = defineConcern('Processes of nginx', {
  'worker-processes': text('Number of workers.', 'auto'),
  'worker-cpu-affinity': text('Binding of workers to processors.'),
  'worker-shutdown-timeout': notRead(freeText('240s', 'How long old workers may take to end.'), {
    reason: 'There are no workers that end; how long Envoy drains is said when it starts.',
    fix: 'Start Envoy with --drain-time-s.',
  }),
  'enable-serial-reloads': text('One reload at a time.', 'false'),
  'max-worker-connections': text('Connections of a worker.', '16384'),
  'max-worker-open-files': text('Open files of a worker.', '0'),
  'enable-multi-accept': text('Accept several connections at once.', 'true'),
  'enable-aio-write': text('Write files in the background.', 'true'),
  'map-hash-bucket-size': text('Size of a table.', '64'),
  'server-name-hash-max-size': text('Size of a table.', '1024'),
  'server-name-hash-bucket-size': text('Size of a table.', 'auto'),
  'proxy-headers-hash-max-size': text('Size of a table.', '512'),
  'proxy-headers-hash-bucket-size': text('Size of a table.', '64'),
  'variables-hash-bucket-size': text('Size of a table.', '256'),
  'variables-hash-max-size': text('Size of a table.', '2048'),
  'lua-shared-dicts': text('Sizes of tables of Lua.'),
  'debug-connections': text('Clients whose connections are logged in detail.'),
});

export const snippets = defineConcern('Snippets', {
  'main-snippet': notRead(freeText('', 'Configuration of nginx for the whole.'), snippet),
  'http-snippet': notRead(freeText('', 'Configuration of nginx for HTTP.'), snippet),
  'server-snippet': notRead(freeText('', 'Configuration of nginx for each host.'), snippet),
  'location-snippet': notRead(freeText('', 'Configuration of nginx for each path.'), snippet),
  'stream-snippet': notRead(freeText('', 'Configuration of nginx for TCP and UDP services.'), snippet),
});

export const firewall = defineConcern('Web application firewall', {
  'enable-modsecurity': missingProtection(flag(false, 'Switch ModSecurity on.'), noFirewall),
  'enable-owasp-modsecurity-crs': missingProtection(flag(false, 'Switch the Core Rule Set on.'), noFirewall),
  'modsecurity-snippet': missingProtection(freeText('', 'Rules of ModSecurity.'), noFirewall),
});

export const places = defineConcern('Places', {
  'use-geoip2': notRead(flag(false, 'Look up where clients are.'), noGeo),
  'geoip2-autoreload-in-minutes': notRead(count(0, 'How often the database is read again.'), noGeo),
  'use-geoip': notRead(flag(false, 'Look up where clients are, in the older format.'), noGeo),
});
