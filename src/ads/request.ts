/** What an Envoy says of itself; only the first request of a stream is certain to carry it. */
export interface Node {
  readonly id?: string;
  readonly cluster?: string;
  readonly user_agent_name?: string;
  readonly user_agent_version?: string;
  readonly user_agent_build_version?: {
    readonly version?: { readonly major_number?: number; readonly minor_number?: number; readonly patch?: number };
  };
}

/** A DiscoveryRequest or a DeltaDiscoveryRequest; the first group of fields is common to both. */
export interface DiscoveryRequest {
  readonly node?: Node | null;
  readonly type_url?: string;
  readonly response_nonce?: string;
  readonly error_detail?: { readonly code?: number; readonly message?: string } | null;

  /** How many bytes it was, if that is too many. */
  readonly tooManyBytes?: number;

  /** State of the world: every name that the client wants from now on. */
  readonly resource_names?: readonly string[];
  readonly version_info?: string;

  /** Delta: what changes about the names that the client wants. */
  readonly resource_names_subscribe?: readonly string[];
  readonly resource_names_unsubscribe?: readonly string[];
  readonly initial_resource_versions?: Readonly<Record<string, string>>;
}

/** `naru authz` beside an Envoy: it gets what it asks for, and runs no snapshot. */
export function isHelper(node: Node): boolean {
  return node.user_agent_name === 'naru-authz';
}

/** The build of an Envoy, such as `1.40.0`, or what another client calls its version. */
export function versionOf(node: Node): string | undefined {
  const build = node.user_agent_build_version?.version;
  if (build !== undefined) return `${build.major_number ?? 0}.${build.minor_number ?? 0}.${build.patch ?? 0}`;
  return node.user_agent_version === '' ? undefined : node.user_agent_version;
}
