import { Client, credentials } from '@grpc/grpc-js';
import type { TestContext } from 'node:test';
import { Testbed } from '../../src/ads/testbed/testbed.ts';
import { adapterService } from '../../src/proto/adapter-service.ts';
import { typeUrls, type Resource, type TypeName } from '../../src/snapshot/resource.ts';
import type { Protocol } from './client.ts';
import { connectGrpc, type GrpcConnection } from './grpc-link.ts';

/** What a conformance suite does: sets the state of one node by the adapter, and connects as that node. */
export class Suite {
  readonly #xds: string;
  readonly #control: Client;
  readonly #connections: GrpcConnection[] = [];
  readonly #node: string;

  constructor(t: TestContext, { xds, control }: { readonly xds: string; readonly control: string }, node = 'test-id') {
    this.#xds = xds;
    this.#node = node;
    this.#control = new Client(control, credentials.createInsecure());
    t.after(() => {
      for (const connection of this.#connections) connection.close();
      this.#control.close();
    });
  }

  /** A testbed, and a suite that uses it. */
  static async start(t: TestContext): Promise<{ readonly suite: Suite; readonly another: (node: string) => Suite }> {
    const testbed = new Testbed({ xdsPort: 0, controlPort: 0 });
    const places = await testbed.start();
    t.after(() => testbed.stop());
    return { suite: new Suite(t, places), another: (node) => new Suite(t, places, node) };
  }

  connect(protocol: Protocol, service: 'aggregated' | TypeName): GrpcConnection {
    const connection = connectGrpc(protocol, this.#xds, { id: this.#node }, { service });
    this.#connections.push(connection);
    return connection;
  }

  set(version: string, ...resources: readonly Resource[]): Promise<{ readonly success: boolean }> {
    const given = resources.map(({ type, bytes }) => ({ typeUrl: typeUrls[type], value: bytes }));
    return this.#call('SetState', { node: this.#node, version, resources: given });
  }

  clear(): Promise<{ readonly response: string }> {
    return this.#call('ClearState', { node: this.#node });
  }

  update(type: TypeName, resourceName: string, version: string): Promise<{ readonly success: boolean }> {
    return this.#call('UpdateResource', { node: this.#node, typeUrl: typeUrls[type], resourceName, version });
  }

  add(type: TypeName, resourceName: string, version: string): Promise<{ readonly success: boolean }> {
    return this.#call('AddResource', { node: this.#node, typeUrl: typeUrls[type], resourceName, version });
  }

  remove(type: TypeName, resourceName: string, version: string): Promise<{ readonly success: boolean }> {
    return this.#call('RemoveResource', { node: this.#node, typeUrl: typeUrls[type], resourceName, version });
  }

  addOfType(typeUrl: string): Promise<{ readonly success: boolean }> {
    return this.#call('AddResource', { node: this.#node, typeUrl, resourceName: 'A', version: '1' });
  }

  #call<Answer>(method: keyof typeof adapterService, request: object): Promise<Answer> {
    const { path, requestSerialize, responseDeserialize } = adapterService[method];
    return new Promise((resolve, reject) => {
      this.#control.makeUnaryRequest(
        path,
        requestSerialize as (value: object) => Buffer,
        responseDeserialize as (bytes: Buffer) => unknown,
        request,
        (error, answer) => (error ? reject(error) : resolve(answer as Answer)),
      );
    });
  }
}
