/** The pages with commands, by where these are run: each is the work of one file of tests. */
export const pages = {
  /** In the checkout. */
  checkout: ['README.md', 'CONTRIBUTING.md', 'docs/conformance.md', 'docs/performance.md'],
  /** In a folder, with an Envoy. */
  folder: ['docs/first-minutes.md'],
  /** By a real API server whose pods are played, with a Naru and an Envoy that serve it. */
  cluster: ['docs/cluster.md', 'docs/operations.md', 'docs/security.md', 'docs/gateway-api.md', 'docs/running.md'],
} as const;

const wholeRun = 'It takes minutes, and is run when the page that it fills is written anew.';

/** The only commands that are not run, and why. */
export const notRun: Readonly<Record<string, string>> = {
  'docker build -t naru:0.1.0 .': 'There may be no container engine: test/package/image.test.ts does what the Dockerfile says.',
  'npm test': 'It is what runs this.',
  'npm run check': 'It is run before each change, beside the tests.',
  'npm run format': 'It writes into the checkout: npm run check says whether it would.',
  'npm run docs': 'It writes into the checkout: npm run check says whether it would.',
  'npm run golden': 'It writes what the golden cases expect.',
  'npm run conformance': wholeRun,
  'npm run conformance -- -own': wholeRun,
  'npm run conformance -- -run-test=HTTPRouteWeight': wholeRun,
  'node_modules/.bin/node bench/all.ts --full --json /tmp/results': wholeRun,
  'node_modules/.bin/node bench/all.ts --profile': wholeRun,
};
