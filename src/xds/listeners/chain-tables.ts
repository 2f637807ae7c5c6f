import { defaultTlsPolicy, type HostTls } from '../../model/host-tls.ts';
import type { Resource } from '../../snapshot/resource.ts';
import { DerivedTable, type OnFailure, type Read } from '../../store/derived-table.ts';
import { IndexTable } from '../../store/index-table.ts';
import type { FollowingTable, Key, Table } from '../../store/table.ts';
import { derivingResources } from '../deriving-resources.ts';
import type { ListenerSettings } from '../options.ts';
import { type OverlayOptions, overlayResources } from '../quarantine/overlay.ts';
import type { RenderedTable } from '../rendering.ts';
import { ChainEncoder, type EncodedChain, sameChain } from './chain-encoder.ts';
import { needsChain } from './listener-server-name.ts';

/** What is known of a name for which clients ask. */
export interface ServerName extends HostTls {
  /** Cluster that gets its TLS as it is. */
  readonly passthrough?: Key;
}

interface ChainSources {
  readonly serverNames: Table<ServerName>;
  /** Those that are served. */
  readonly secrets: Table<Resource>;
  readonly hostCertificates: Table<HostTls>;
  readonly settings: (read: Read) => ListenerSettings;
}

/** The filter chains of the TLS listener, and the connection managers that they name. */
export class ChainTables {
  /**
   * Encoded, by server name; one whose secret is left out has none, so that it gets the default certificate. They say nothing of the
   * certificate itself: another one is another secret, and no connection is closed for it.
   */
  readonly chains: Table<EncodedChain>;
  readonly rendered: RenderedTable;
  readonly served: RenderedTable;
  readonly tables: readonly FollowingTable<unknown>[];

  constructor(from: ChainSources, held: OverlayOptions) {
    const { onFailure } = held;
    const chains = chainTable(from, onFailure);
    const managers = new IndexTable('connection managers', chains, ({ filters }) =>
      filters === undefined ? [] : [filters.extension.name],
    );
    const derive = derivingResources(onFailure);
    const extensions = derive('extensions', managers, ([host = ''], read) => read.get(chains, host)?.filters?.extension);
    const heldExtensions = overlayResources('extensions', [extensions], held);
    this.chains = chains;
    this.rendered = { type: 'extensions', table: extensions };
    this.served = { type: 'extensions', table: heldExtensions.served };
    this.tables = [chains, managers, extensions, ...heldExtensions.tables];
  }
}

function chainTable(
  { serverNames, secrets, hostCertificates, settings: settingsOf }: ChainSources,
  onFailure: OnFailure,
): DerivedTable<ServerName, EncodedChain> {
  const encoder = new ChainEncoder();
  return new DerivedTable<ServerName, EncodedChain>({
    name: 'filter chains',
    input: serverNames,
    compute: (tls, read, name) => {
      const { passthrough } = tls;
      if (passthrough !== undefined) return encoder.passthrough(name, passthrough);
      if (read.get(secrets, name) === undefined) return undefined;
      const tlsOf = (hostname: Key) => read.get(hostCertificates, hostname);
      const settings = settingsOf(read);
      const byDefaultChain = settings.listen.certificatesOnDemand === true && !settings.edge.tls.rejectUnknownNames;
      if (byDefaultChain && !needsChain(name, tls, tlsOf)) return undefined;
      return encoder.chain(name, tls.policy ?? defaultTlsPolicy, settings);
    },
    same: sameChain,
    onFailure: (key, error) => onFailure(`filter chain ${key}`, error),
  });
}
