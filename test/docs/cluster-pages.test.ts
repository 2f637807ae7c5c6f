// The pages about clusters: their commands are run against a real API server, and the Naru that serves it.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { choosePort } from '../../src/dev/ports.ts';
import { ClusterWorld } from './cluster-world.ts';
import { pages } from './pages.ts';
import { type Place, runPage } from './run-page.ts';

describe('pages about clusters', () => {
  let world: ClusterWorld;
  let place: Place;

  before(async () => {
    world = await ClusterWorld.open();
    const { ports } = world.naru;
    const [authz, admin, env] = [await choosePort(0), await world.envoyAdmin(), await world.environment()];
    let newest = 0;
    const said: readonly (readonly [string, () => string])[] = [
      ['127.0.0.1:9902', () => `127.0.0.1:${ports.debug}`],
      ['ADDRESS:9902', () => `${world.control.address}:${ports.debug}`],
      ['create token NAME', () => 'create token reader'],
      ['127.0.0.1:9191', () => `127.0.0.1:${authz}`],
      [
        'web.example.com:80:NODE http://web.example.com/',
        () => `web.example.com:${ports.http}:127.0.0.1 http://web.example.com:${ports.http}/`,
      ],
      ['naru diff 213 214', () => `naru diff ${newest - 1} ${newest}`],
      ['--for 60s', () => `--for 1s --envoy ${admin}`],
      // It ends at once, and its exit code tells.
      ['9902 &', () => '9902'],
    ];
    const here = (text: string): string => said.reduce((all, [theirs, ours]) => all.replaceAll(theirs, ours()), text);
    place = {
      cwd: world.folder,
      env,
      here,
      before: {
        'naru snapshots': () => world.growCanary(),
        'naru diff 213': async () => {
          await world.growCanary();
          newest = (await world.naru.snapshots()).version;
        },
        'naru canary': async () => {
          await world.growCanary();
          world.ask();
        },
        'curl -f --resolve': () => world.runNginx(),
      },
    };
  });
  after(() => world?.close());

  for (const file of pages.cluster)
    test(`the commands of ${file}`, async (t) => {
      const cwd = file === 'docs/running.md' ? world.folder : process.cwd();
      assert.ok((await runPage(t, file, { ...place, cwd })) > 1);
    });

  test('what they end with: Secrets may be had by their names only', async () => {
    const may = async (verb: string): Promise<boolean> =>
      world.control.kubectl(['auth', 'can-i', verb, 'secrets', '--as', 'system:serviceaccount:naru-system:naru']).then(
        (answer) => answer.trim() === 'yes',
        () => false,
      );
    assert.deepEqual([await may('get'), await may('list'), await may('watch')], [true, false, false]);
  });
});
