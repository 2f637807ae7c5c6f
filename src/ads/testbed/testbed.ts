import { Server, ServerCredentials, status, type handleUnaryCall } from '@grpc/grpc-js';
import { adapterService, type ResourceRequest, type SetStateRequest } from '../../proto/adapter-service.ts';
import { typeNames, typeUrls, type TypeName } from '../../snapshot/resource.ts';
import { systemClock } from '../clock.ts';
import { DiscoveryServer } from '../discovery-server.ts';
import { unlimited } from '../limits.ts';
import { NodeState, type GivenResource } from './node-state.ts';
import { nameOf } from './resource-content.ts';

export interface TestbedOptions {
  /** 0 for any free one. */
  readonly xdsPort: number;
  readonly controlPort: number;
  readonly log?: (line: string) => void;
}

/** There is no encryption and no check of anything, so nobody else may reach it. */
const host = '127.0.0.1';

/**
 * A suite writes to two connections, and what it wrote first to a stream must count before what it then says by the adapter,
 * whichever of the two is read first. So the adapter waits for a moment.
 */
const settleMs = 50;

/**
 * The ADS server with the content that a test suite gives it, a state for each node id. Types do not wait for each other
 * here, since the resources of a suite refer to nothing.
 */
export class Testbed {
  readonly #xds: DiscoveryServer;
  readonly #control = new Server();
  readonly #controlPort: number;
  readonly #states = new Map<string, NodeState>();

  constructor({ xdsPort, controlPort, log = () => {} }: TestbedOptions) {
    this.#controlPort = controlPort;
    this.#xds = new DiscoveryServer({
      host,
      port: xdsPort,
      limits: unlimited,
      stream: {
        limits: unlimited,
        independentTypes: true,
        removalGraceMs: 0,
        gateTimeoutMs: 0,
        clock: systemClock,
        log,
        onAcknowledgement: () => {},
        onAccepted: () => {},
      },
      admit: ({ node }) => {
        const state = this.#state(node.id ?? '');
        return { source: state, variant: (variant) => state.variant(variant) };
      },
    });
    this.#control.addService({ ...adapterService }, this.#methods());
  }

  async start(): Promise<{ readonly xds: string; readonly control: string }> {
    const { port } = await this.#xds.start();
    const target = `${host}:${this.#controlPort}`;
    const controlPort = await new Promise<number>((resolve, reject) => {
      this.#control.bindAsync(target, ServerCredentials.createInsecure(), (error, bound) => {
        if (error) reject(new Error(`cannot listen at ${target}: ${error.message}`, { cause: error }));
        else resolve(bound);
      });
    });
    return { xds: `${host}:${port}`, control: `${host}:${controlPort}` };
  }

  async stop(): Promise<void> {
    this.#control.forceShutdown();
    await this.#xds.stop();
  }

  #state(node: string): NodeState {
    let state = this.#states.get(node);
    if (state === undefined) this.#states.set(node, (state = new NodeState(node)));
    return state;
  }

  #methods() {
    const about = (act: (state: NodeState, request: ResourceRequest, type: TypeName) => boolean) =>
      unary((request: ResourceRequest) => ({ success: act(this.#state(request.node), request, typeOf(request.typeUrl)) }));
    return {
      SetState: unary(({ node, version, resources }: SetStateRequest) => {
        this.#state(node).set(version, resources.map(given));
        return { success: true };
      }),
      ClearState: unary(({ node }: { readonly node: string }) => {
        this.#state(node).clear();
        return { response: `the state of ${node} is cleared` };
      }),
      UpdateResource: about((state, { version, resourceName }, type) => state.update(version, type, resourceName)),
      AddResource: about((state, { version, resourceName }, type) => {
        state.add(version, type, resourceName);
        return true;
      }),
      RemoveResource: about((state, { version, resourceName }, type) => state.remove(version, type, resourceName)),
    };
  }
}

function unary<Request, Response>(answer: (request: Request) => Response): handleUnaryCall<Request, Response> {
  const respond: handleUnaryCall<Request, Response> = ({ request }, callback) => {
    try {
      callback(null, answer(request));
    } catch (error) {
      callback({ code: status.INVALID_ARGUMENT, details: error instanceof Error ? error.message : String(error) });
    }
  };
  return (call, callback) => void setTimeout(respond, settleMs, call, callback);
}

function given({ typeUrl, value }: SetStateRequest['resources'][number]): GivenResource {
  const type = typeOf(typeUrl);
  const bytes = Buffer.from(value);
  return { type, name: nameOf(bytes), bytes };
}

function typeOf(typeUrl: string): TypeName {
  const type = typeNames.find((each) => typeUrls[each] === typeUrl);
  if (type === undefined)
    throw new Error(`${JSON.stringify(typeUrl)} is none of the types served here: ${Object.values(typeUrls).join(', ')}`);
  return type;
}
