import { defaultCertificateKey } from '../../model/certificate.ts';
import { edgeKey } from '../../model/edge.ts';
import type { HostTls } from '../../model/host-tls.ts';
import type { VirtualHost } from '../../model/virtual-host.ts';
import type { Resource } from '../../snapshot/resource.ts';
import { DerivedTable, type Read, type OnFailure } from '../../store/derived-table.ts';
import { type DeriveResources, derivingResources } from '../deriving-resources.ts';
import { IndexTable } from '../../store/index-table.ts';
import { OnlyRow } from '../../store/only-row.ts';
import { PrefixedTable } from '../../store/prefixed-table.ts';
import type { FollowingTable, Key, Table } from '../../store/table.ts';
import { ChainTables, type ServerName } from './chain-tables.ts';
import { serverNameOf } from './listener-server-name.ts';
import { renderHttpListener, renderHttpsListener } from './listener.ts';
import { certificatesOf, renderOwnListener } from './own-listener.ts';
import type { ListenerSettings, ListenOptions } from '../options.ts';
import { type OverlayOptions, overlayResources } from '../quarantine/overlay.ts';
import type { ModelTables, RenderedTable } from '../rendering.ts';
import { renderStreamListener } from './stream-listener.ts';
import { defaultCertificateName, namedSecret, renderOwnCertificate, renderSecret, renderTicketKey, ticketKeyName } from '../tls/secret.ts';
import { usesTicketKey } from '../tls/tls-parameters.ts';

/** Listeners with what they serve TLS with. */
export class ListenerTables {
  readonly tables: readonly FollowingTable<unknown>[];
  readonly rendered: readonly RenderedTable[];
  readonly served: readonly RenderedTable[];
  readonly #model: ModelTables;
  readonly #listen: ListenOptions;
  readonly #onFailure: OnFailure;
  readonly #derive: DeriveResources;

  constructor(model: ModelTables, leftOutClusters: Table<true>, listen: ListenOptions, held: OverlayOptions) {
    this.#model = model;
    this.#listen = listen;
    this.#onFailure = held.onFailure;
    this.#derive = derivingResources(held.onFailure);
    const serverNames = new DerivedTable<VirtualHost, ServerName>({
      name: 'server names',
      input: model.virtualHosts,
      compute: ({ passthrough, listener }, read, hostname) => {
        if (listener !== undefined) return undefined;
        if (passthrough !== undefined && !read.all(leftOutClusters).has(passthrough)) return { passthrough };
        const { rejectUnknownNames } = this.#settings(read).edge.tls;
        const { certificatesOnDemand = false } = listen;
        return serverNameOf(hostname, (name) => read.get(model.hostCertificates, name), { rejectUnknownNames, certificatesOnDemand });
      },
      onFailure: (key, error) => this.#onFailure(`server name ${key}`, error),
    });
    const secrets = this.#derive('secrets', serverNames, (tls, read, name) =>
      tls.passthrough === undefined ? this.#secret(name, tls, read) : undefined,
    );
    const onlyDefault = new OnlyRow(defaultCertificateName);
    const defaultSecret = this.#derive('default secret', onlyDefault, (_, read, name) => this.#secret(name, {}, read));
    const onlyTickets = new OnlyRow(ticketKeyName);
    const tickets = this.#derive('ticket key', onlyTickets, (_, read) => {
      const { tls, sources } = this.#settings(read).edge;
      return tls.ticketKey === undefined || !usesTicketKey(tls) ? undefined : renderTicketKey(tls.ticketKey.key, sources);
    });
    const { ofListeners, ...namedSecrets } = this.#namedSecrets();
    const heldSecrets = overlayResources('secrets', [secrets, defaultSecret, tickets, ofListeners], held);
    const { hostCertificates } = model;
    const settings = (read: Read) => this.#settings(read);
    const { chains, ...ofChains } = new ChainTables({ serverNames, secrets: heldSecrets.served, hostCertificates, settings }, held);
    const onlyHttp = new OnlyRow('http');
    const http = this.#derive('http listener', onlyHttp, (_, read) => renderHttpListener(this.#settings(read)));
    const onlyHttps = new OnlyRow('https');
    const https = this.#derive('https listener', onlyHttps, (_, read) => {
      const hasDefault = read.get(heldSecrets.served, defaultCertificateName) !== undefined;
      return renderHttpsListener(read.all(chains), read.all(ofChains.served.table), hasDefault, settings(read));
    });
    const streams = this.#derive('stream listeners', model.streams, (stream, read) =>
      read.all(leftOutClusters).has(stream.upstream) ? undefined : renderStreamListener(stream, this.#settings(read)),
    );
    const own = this.#derive('listeners of their own', model.listeners, (listener, read) =>
      renderOwnListener(listener, this.#settings(read), ({ type, name }) =>
        type === 'secrets' ? read.get(heldSecrets.served, name) !== undefined : !read.all(leftOutClusters).has(name),
      ),
    );
    const heldListeners = overlayResources('listeners', [http, https, streams, own], held);

    this.rendered = [
      ...[secrets, defaultSecret, tickets, ofListeners].map((table) => ({ type: 'secrets', table }) as const),
      ofChains.rendered,
      ...[http, https, streams, own].map((table) => ({ type: 'listeners', table }) as const),
    ];
    this.served = [{ type: 'secrets', table: heldSecrets.served }, ofChains.served, { type: 'listeners', table: heldListeners.served }];
    this.tables = [
      ...[serverNames, secrets, onlyDefault, defaultSecret, onlyTickets, tickets, ...namedSecrets.tables, ofListeners],
      ...[...heldSecrets.tables, ...ofChains.tables],
      ...[onlyHttp, http, onlyHttps, https, streams, own, ...heldListeners.tables],
    ];
  }

  #settings(read: Read): ListenerSettings {
    const edge = read.get(this.#model.edge, edgeKey);
    if (edge === undefined) throw new Error('the settings of listeners are not known');
    return { listen: this.#listen, edge };
  }

  /** Those that listeners of their own name, by the names of secrets. */
  #namedSecrets() {
    const { listeners, certificates } = this.#model;
    const named = new IndexTable('certificates of listeners', listeners, certificatesOf);
    const secrets = this.#derive('secrets of listeners', named, (_, read, key) => {
      const certificate = read.get(certificates, key);
      return certificate && renderSecret(namedSecret(key), certificate);
    });
    return { ofListeners: new PrefixedTable(namedSecret(''), secrets), tables: [named, secrets] };
  }

  /** The certificate of a server name, else the default certificate. */
  #secret(name: Key, { certificate }: HostTls, read: Read): Resource | undefined {
    const own = certificate === undefined ? undefined : read.get(this.#model.certificates, certificate);
    const found = own ?? read.get(this.#model.defaultCertificates, defaultCertificateKey);
    if (found !== undefined) return renderSecret(name, found);
    return this.#listen.defaultCertificate === undefined ? undefined : renderOwnCertificate(name, this.#listen.defaultCertificate);
  }
}
