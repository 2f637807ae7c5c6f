import { Server, ServerCredentials, type ServerDuplexStream, type ServerUnaryCall } from '@grpc/grpc-js';
import { type AccessCheck, checkExtension } from '../model/authentication.ts';
import { RememberedAnswers } from './answer-cache.ts';
import type { Services } from './ask-service.ts';
import { authorizationService, type CheckRequest, type CheckResponse } from './authorization-service.ts';
import { BasicAuth } from './basic-auth.ts';
import { ConcurrencyCounter } from './concurrency.ts';
import { decide } from './decide.ts';
import { responseOf, unavailable } from './outcome.ts';
import { type ProcessingRequest, type ProcessingResponse, processingService } from './processing-service.ts';
import { RouteReader } from './route-reader.ts';
import { seldom } from './seldom.ts';
import { ServiceClient } from './service-client.ts';
import { UserLists, type UserListsOptions } from './user-lists.ts';

type Call = ServerUnaryCall<CheckRequest, CheckResponse>;
type Processing = ServerDuplexStream<ProcessingRequest, ProcessingResponse>;
type Done = (error: Error | null, response?: CheckResponse) => void;

export interface AuthzOptions extends UserListsOptions {
  /** `host:port` on loopback, or `unix:/path`. */
  readonly listen: string;
  /** Whether authentication services may be on this machine. */
  readonly allowLoopback?: boolean;
}

/**
 * Answers Envoy's question whether a request may pass, for routes that say what is to be checked. It logs no credentials; what
 * it cannot answer is a 503.
 */
export class AuthzServer {
  readonly #options: AuthzOptions;
  readonly #server = new Server();
  readonly #users: UserLists;
  readonly #basicAuth = new BasicAuth();
  readonly #services: Services;
  readonly #checks = new RouteReader<AccessCheck>();
  readonly #concurrency = new ConcurrencyCounter();

  constructor(options: AuthzOptions) {
    this.#options = options;
    this.#users = new UserLists(options);
    const { allowLoopback = false, onTrouble } = options;
    this.#services = {
      client: new ServiceClient({ allowLoopback }),
      remembered: new RememberedAnswers(),
      onTrouble: seldom(10_000, onTrouble),
    };
    this.#server.addService(authorizationService, { Check: (call: Call, done: Done) => void this.#answer(call, done) });
    this.#server.addService(processingService, { Process: (call: Processing) => this.#concurrency.process(call) });
  }

  /** Resolves with the address that was bound, such as `127.0.0.1:9191`. */
  start(): Promise<string> {
    const { listen } = this.#options;
    return new Promise((resolve, reject) => {
      this.#server.bindAsync(listen, ServerCredentials.createInsecure(), (error, port) => {
        if (error) return reject(new Error(`cannot listen at ${listen}: ${error.message}`, { cause: error }));
        this.#users.start();
        resolve(listen.startsWith('unix:') ? listen : `${listen.slice(0, listen.lastIndexOf(':'))}:${port}`);
      });
    });
  }

  stop(): void {
    this.#users.stop();
    this.#services.client.stop();
    this.#server.forceShutdown();
  }

  async #answer({ request }: Call, done: Done): Promise<void> {
    try {
      done(null, await this.#check(request));
    } catch (error) {
      // Envoy lets nobody through when the question fails.
      done(error instanceof Error ? error : new Error(String(error)));
    }
  }

  async #check({ attributes }: CheckRequest): Promise<CheckResponse> {
    const check = this.#checks.read(attributes?.context_extensions?.[checkExtension]);
    if (check === undefined) return responseOf(unavailable);
    const { method = '', host = '', path = '', protocol = '', headers = {} } = attributes?.request?.http ?? {};
    const request = { method, authority: headers[':authority'] ?? host, pathAndQuery: path, protocol, headers };
    const checks = { users: this.#users, basicAuth: this.#basicAuth, services: this.#services };
    return responseOf(await decide(check, request, checks));
  }
}
