import { status, type ServerDuplexStream } from '@grpc/grpc-js';
import type { DiscoveryRequest } from './request.ts';

/** The wire to one Envoy, whatever carries it. */
export interface Connection {
  readonly address: string;
  send(bytes: Buffer): void;
  /** Ends the stream with a gRPC status. */
  end(code: status, details: string): void;
}

export type Call = ServerDuplexStream<DiscoveryRequest, Buffer>;

/** The connection that a gRPC call is. `onSend` hears of every response before it goes. */
export function connect(call: Call, onSend: () => void): Connection {
  let open = true;
  call.on('close', () => (open = false));
  return {
    address: call.getPeer(),
    // One response of a type is under way at a time, so that little can pile up here for a slow reader.
    send: (bytes) => {
      if (!open || call.destroyed) return;
      onSend();
      call.write(bytes);
    },
    end: (code, details) => {
      if (!open || call.destroyed) return;
      open = false;
      if (code === status.OK) call.end();
      // This is how grpc-js takes a status for a stream.
      else call.emit('error', { code, details });
    },
  };
}
