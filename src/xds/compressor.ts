import type { Compression } from '../model/edge.ts';
import { any } from '../proto/codec.ts';
import type { AnyMessage, Messages } from '../proto/gen/messages.ts';

type HttpFilter = Messages['envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter'];

const gzipLevels = [
  'COMPRESSION_LEVEL_1',
  'COMPRESSION_LEVEL_2',
  'COMPRESSION_LEVEL_3',
  'COMPRESSION_LEVEL_4',
  'COMPRESSION_LEVEL_5',
  'COMPRESSION_LEVEL_6',
  'COMPRESSION_LEVEL_7',
  'COMPRESSION_LEVEL_8',
  'COMPRESSION_LEVEL_9',
] as const;

/** Compresses answers for clients that ask for it. */
export function compressor({ algorithm, level, minLength, contentTypes }: Compression): HttpFilter {
  const common_config = { min_content_length: minLength, content_type: [...contentTypes] };
  return {
    name: `envoy.filters.http.compressor.${algorithm}`,
    typed_config: any('envoy.extensions.filters.http.compressor.v3.Compressor', {
      compressor_library: { name: algorithm, typed_config: library(algorithm, level) },
      response_direction_config: { common_config },
      // Of two that a client takes alike, the better one.
      choose_first: algorithm === 'brotli',
    }),
  };
}

function library(algorithm: Compression['algorithm'], level: number): AnyMessage {
  if (algorithm === 'brotli') return any('envoy.extensions.compression.brotli.compressor.v3.Brotli', { quality: level });
  const compression_level = gzipLevels[level - 1] ?? 'COMPRESSION_LEVEL_1';
  return any('envoy.extensions.compression.gzip.compressor.v3.Gzip', { compression_level });
}
