// Whatever happens, every Envoy ends with the newest, and never runs a route to nowhere.
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { typeNames, type Resource, type TypeName } from '../../src/snapshot/resource.ts';
import { protocols } from './client.ts';
import { EnvoyModel } from './envoy-model.ts';
import { cluster, endpoints, fake, listener, routes } from './fake-resources.ts';
import { Stage } from './memory-link.ts';

/** A consistent world: routes name only clusters that exist, listeners only routes, secrets and extensions that exist. */
type World = readonly Resource[];

const content = fc.oneof({ weight: 8, arbitrary: fc.constantFrom('1', '2') }, { weight: 1, arbitrary: fc.constantFrom('bad1', 'bad2') });

function worlds(contents: fc.Arbitrary<string>): fc.Arbitrary<World> {
  const clusterNames = fc.uniqueArray(fc.constantFrom('a', 'b', 'c'));
  return clusterNames.chain((names) => {
    const used = names.length === 0 ? fc.constant([]) : fc.uniqueArray(fc.constantFrom(...names));
    const table = (name: string) =>
      fc.tuple(fc.boolean(), used, contents).map(([there, clusters, text]) => (there ? [routes(name, clusters, text)] : []));
    return fc.tuple(fc.array(contents, { minLength: 8, maxLength: 8 }), table('r1'), table('r2')).map(([texts, r1, r2]) => {
      // Its name tells its content, as that of a connection manager does.
      const extension = fake('extensions', `x${texts[5]?.slice(-1)}`);
      const listeners = [...r1, ...r2].map(({ name }) =>
        listener(`l-${name}`, name, texts[6], name === 'r1' ? ['s'] : [], [extension.name]),
      );
      return printable([
        ...names.flatMap((name, index) => [cluster(name, texts[index]), endpoints(name, texts[index + 3])]),
        ...r1,
        ...r2,
        ...listeners,
        fake('secrets', 's', texts[7]),
        extension,
      ]);
    });
  });
}

/** Counterexamples should be readable. */
function printable(world: World): World {
  const text = (): string => world.map(({ type, name, bytes }) => `${type}/${name}=${bytes.toString().replace(/[^ -~]/g, '')}`).join(', ');
  return Object.assign([...world], { [fc.toStringMethod]: text });
}

type Step =
  | { readonly do: 'publish'; readonly world: World }
  | { readonly do: 'work'; readonly times: number }
  | { readonly do: 'wait' }
  | { readonly do: 'reconnect' }
  | { readonly do: 'ask again' };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: worlds(content).map((world) => ({ do: 'publish', world }) as const) },
  { weight: 8, arbitrary: fc.integer({ min: 1, max: 6 }).map((times) => ({ do: 'work', times }) as const) },
  { weight: 1, arbitrary: fc.constantFrom<Step>({ do: 'wait' }, { do: 'reconnect' }, { do: 'ask again' }) },
);

function publish(stage: Stage, world: World): void {
  const wanted = new Set(world.map(({ type, name }) => `${type}/${name}`));
  const gone = typeNames
    .flatMap((type) => [...stage.publisher.resources[type].names()].map((name) => `${type}/${name}`))
    .filter((each) => !wanted.has(each));
  stage.publisher.publish(...world, ...gone);
}

function run(stage: Stage, envoy: EnvoyModel, steps: readonly Step[]): void {
  for (const each of steps) {
    if (each.do === 'publish') publish(stage, each.world);
    else if (each.do === 'work') for (let count = 0; count < each.times; count++) envoy.step();
    // Short enough that no gate opens by its timeout.
    else if (each.do === 'wait') stage.clock.advance(2_000);
    else if (each.do === 'reconnect') envoy.reconnect();
    else envoy.askAgain();
  }
}

function finish(stage: Stage, envoy: EnvoyModel): void {
  for (let round = 0; round < 5; round++) {
    while (envoy.step());
    envoy.giveUpWarming();
    while (envoy.step());
    stage.clock.advance(2_000);
  }
}

/** What an Envoy must hold: all clusters and listeners, and of the rest what these name. */
function assertNewest(stage: Stage, envoy: EnvoyModel): void {
  const wanted = (type: TypeName): string[] => {
    const names = type === 'clusters' || type === 'listeners' ? [...stage.publisher.resources[type].names()] : envoy.client.names(type);
    return [...names].map((name) => `${name} ${stage.publisher.resources[type].get(name)?.version}`).sort();
  };
  const held = (type: TypeName): string[] => {
    return [...envoy.client.held(type).values()]
      .map(({ name, content: text, references }) => `${name} ${fake(type, name, text, references).version}`)
      .sort();
  };
  for (const type of typeNames) assert.deepEqual(held(type), wanted(type), type);
  assert.equal(stage.state(envoy.client).accepted, stage.publisher.fleet.current?.number);
  assert.equal(envoy.client.inbox.length, 0);
}

/** Routes that were to go came back, were refused, and went for good: what they lead to must stay until they are gone. */
const removedAndRefused: [World, Step[], World] = [
  [
    ...['a', 'b', 'c'].flatMap((name) => [cluster(name), endpoints(name)]),
    routes('r1', ['b']),
    listener('l-r1', 'r1', '1', ['s']),
    fake('secrets', 's'),
  ],
  [
    { do: 'work', times: 3 },
    { do: 'publish', world: [cluster('a'), endpoints('a'), cluster('c'), endpoints('c'), fake('secrets', 's')] },
    {
      do: 'publish',
      world: [cluster('c'), endpoints('c'), routes('r1', [], 'bad1'), listener('l-r1', 'r1', '1', ['s']), fake('secrets', 's')],
    },
    { do: 'work', times: 2 },
    { do: 'wait' },
  ],
  [fake('secrets', 's')],
];

for (const protocol of protocols) {
  test(`${protocol}: any sequence of events ends with the newest, and no route ever leads to a missing cluster`, () => {
    const good = worlds(fc.constantFrom('1', '2', '3'));
    fc.assert(
      fc.property(worlds(content), fc.array(step, { maxLength: 40 }), good, (first, steps, last) => {
        const stage = new Stage(protocol);
        publish(stage, first);
        const envoy = new EnvoyModel(stage);
        run(stage, envoy, steps);
        publish(stage, last);
        finish(stage, envoy);
        assertNewest(stage, envoy);
      }),
      { numRuns: 500, examples: [removedAndRefused] },
    );
  });
}
