import { Server, ServerCredentials, type ServerUnaryCall } from '@grpc/grpc-js';
import { answer } from './answer.ts';
import { authorizationService, type CheckRequest, type CheckResponse } from './authorization-service.ts';
import { BasicAuth } from './basic-auth.ts';
import { UserLists, type UserListsOptions } from './user-lists.ts';

type Call = ServerUnaryCall<CheckRequest, CheckResponse>;
type Done = (error: Error | null, response?: CheckResponse) => void;

export interface AuthzOptions extends UserListsOptions {
  /** `host:port` on loopback, or `unix:/path`. */
  readonly listen: string;
}

/** What a route says to the helper with each of its requests: keys of `check_settings.context_extensions`. */
export const usersExtension = 'naru-users';
export const realmExtension = 'naru-realm';

/**
 * Answers Envoy's question whether a request may pass, for routes that are protected by a password. It logs no credentials; what
 * it cannot answer is a 503.
 */
export class AuthzServer {
  readonly #options: AuthzOptions;
  readonly #server = new Server();
  readonly #users: UserLists;
  readonly #basicAuth = new BasicAuth();

  constructor(options: AuthzOptions) {
    this.#options = options;
    this.#users = new UserLists(options);
    this.#server.addService(authorizationService, { Check: (call: Call, done: Done) => void this.#answer(call, done) });
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
    const { [usersExtension]: name, [realmExtension]: realm = '' } = attributes?.context_extensions ?? {};
    if (name === undefined) return answer('unavailable', realm);
    const authorization = attributes?.request?.http?.headers?.['authorization'];
    return answer(await this.#basicAuth.check(authorization, await this.#users.get(name)), realm);
  }
}
