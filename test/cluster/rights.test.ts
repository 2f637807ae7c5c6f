// Naru's rights, action by action: an API server writes down what `naru serve` asks for as its ServiceAccount; all of it is allowed, and
// manifests/ allow nothing else.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Audit } from '../support/audit.ts';
import { ClusterApp, clusterIngress } from '../support/cluster-app.ts';
import { eventually } from '../support/eventually.ts';
import { Served } from '../support/serve.ts';

interface Rule {
  readonly verbs: readonly string[];
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
}

const read = ['list', 'watch'];
const routeKinds = ['httproutes', 'grpcroutes', 'tlsroutes', 'tcproutes', 'udproutes'];
const gatewayKinds = ['gatewayclasses', 'gateways', 'listenersets', ...routeKinds, 'backendtlspolicies'];
const gateway = 'gateway.networking.k8s.io/';

const everywhere: Readonly<Record<string, readonly string[]>> = {
  'networking.k8s.io/ingresses': read,
  'networking.k8s.io/ingressclasses': read,
  'networking.k8s.io/ingresses/status': ['patch'],
  '/services': read,
  '/secrets': ['get', ...read],
  '/nodes': read,
  '/namespaces': read,
  'discovery.k8s.io/endpointslices': read,
  'events.k8s.io/events': ['create', 'patch'],
  'authentication.k8s.io/tokenreviews': ['create'],
  'authorization.k8s.io/subjectaccessreviews': ['create'],
  ...Object.fromEntries(gatewayKinds.map((kind) => [gateway + kind, ['get', ...read]])),
  ...Object.fromEntries(gatewayKinds.map((kind) => [`${gateway}${kind}/status`, ['patch']])),
  [`${gateway}referencegrants`]: read,
};
const inItsNamespace: typeof everywhere = {
  '/configmaps': read,
  '/pods': read,
  'coordination.k8s.io/leases': ['create'],
  'coordination.k8s.io/leases naru-leader': ['get', 'update'],
};

/** What this run does not ask for. */
const neededElsewhere = [
  // of an API server that cannot stream lists
  /^list /,
  // --secret-access metadata and get
  /^get \/secrets$/,
  // where no flag says which addresses to publish
  /^watch \/(nodes|pods)$/,
  // when somebody from another machine asks the debug endpoint
  / (authentication|authorization)\.k8s\.io\//,
  // when the same happens again after ten minutes
  /^patch events\.k8s\.io\/events$/,
  // where its kinds are installed
  / gateway\.networking\.k8s\.io\//,
];

const account = 'system:serviceaccount:naru-system:naru';

describe("Naru's rights", () => {
  let app: ClusterApp;
  let audit: Audit;

  before(async () => {
    app = await ClusterApp.open('rights');
    audit = await Audit.of(app.control, account, app.kubeconfig);
  });
  after(async () => {
    audit.forget();
    await app.close();
  });

  test('it is allowed all that it asks for', async (t) => {
    await app.control.kubectl(['--namespace', 'naru-system', 'delete', 'lease', 'naru-leader', '--ignore-not-found']);
    const naru = await Served.start(audit.kubeconfig, ['--configmap', 'naru-system/naru', '--publish-status-address', '192.0.2.1']);
    t.after(() => naru.stop());
    await naru.accepted(0);
    await app.apply(clusterIngress('good'), clusterIngress('bad', { service: 'none' }));
    const asked = await eventually('it has written what it writes', () => {
      const actions = audit.asked();
      const done = ['create events.k8s.io/events', 'patch networking.k8s.io/ingresses/status', 'update coordination.k8s.io/leases'];
      return done.every((action) => actions.some(({ what }) => what === action)) ? actions : undefined;
    });
    assert.deepEqual(
      asked.filter(({ code }) => code === 403),
      [],
    );
    const unasked = wanted(everywhere, inItsNamespace).filter(
      (action) => !asked.some(({ what }) => what === action.replace(/ naru-leader$/, '')),
    );
    assert.deepEqual(
      unasked.filter((action) => !neededElsewhere.some((pattern) => pattern.test(action))),
      [],
    );
  });

  test('it has no right besides', async () => {
    for (const [namespace, expected] of [
      ['naru-system', wanted(everywhere, inItsNamespace)],
      [app.namespace, wanted(everywhere)],
    ] as const)
      assert.deepEqual(await rightsIn(namespace), expected);
  });

  /** What RBAC allows to Naru, as the API server itself lists it; without what it allows to everybody. */
  async function rightsIn(namespace: string): Promise<readonly string[]> {
    const review = { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectRulesReview', spec: { namespace } };
    const flags = ['create', '--as', account, '--as-group', 'system:authenticated', '--validate=false', '--output=json', '-f', '-'];
    const answer = await app.control.kubectl(flags, { input: JSON.stringify(review) });
    const { status } = JSON.parse(answer) as { status: { incomplete: boolean; resourceRules: readonly Rule[] } };
    assert.equal(status.incomplete, false);
    const own = status.resourceRules.filter(({ resources = [] }) => !resources.some((resource) => resource.startsWith('self')));
    return own.flatMap(flatten).toSorted();
  }
});

function flatten({ verbs, apiGroups = [], resources = [], resourceNames = [''] }: Rule): readonly string[] {
  const names = resourceNames.map((name) => (name === '' ? '' : ` ${name}`));
  return verbs.flatMap((verb) =>
    apiGroups.flatMap((group) => resources.flatMap((resource) => names.map((name) => `${verb} ${group}/${resource}${name}`))),
  );
}

function wanted(...tables: readonly (typeof everywhere)[]): readonly string[] {
  return tables.flatMap((table) => Object.entries(table).flatMap(([what, verbs]) => verbs.map((verb) => `${verb} ${what}`))).toSorted();
}
