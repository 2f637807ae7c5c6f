import type { Compression, TextPattern } from '../../model/edge.ts';
import { any } from '../../proto/codec.ts';
import type { AnyMessage, Messages } from '../../proto/gen/messages.ts';
import { anywhere } from './blocked-clients.ts';
import { skipFilter } from '../skip-filter.ts';

type HttpFilter = Messages['envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter'];
type Predicate = Messages['xds.type.matcher.v3.Matcher.MatcherList.Predicate.SinglePredicate'];

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
export function compressor(compression: Compression): HttpFilter {
  const name = `envoy.filters.http.compressor.${compression.algorithm}`;
  const typed_config = settings(compression);
  if (compression.exceptUserAgents === undefined) return { name, typed_config };
  return {
    name,
    typed_config: any('envoy.extensions.common.matching.v3.ExtensionWithMatcher', {
      extension_config: { name, typed_config },
      xds_matcher: {
        matcher_list: {
          matchers: [{ predicate: { single_predicate: fromUserAgent(compression.exceptUserAgents) }, on_match: { action: skipFilter } }],
        },
      },
    }),
  };
}

function fromUserAgent({ type, text }: TextPattern): Predicate {
  const input = any('envoy.type.matcher.v3.HttpRequestHeaderMatchInput', { header_name: 'user-agent' });
  return {
    input: { name: 'user-agent', typed_config: input },
    value_match: type === 'text' ? { exact: text, ignore_case: true } : { safe_regex: { google_re2: {}, regex: anywhere(text) } },
  };
}

function settings({ algorithm, level, minLength, contentTypes }: Compression): AnyMessage {
  const common_config = { min_content_length: minLength, content_type: [...contentTypes] };
  return any('envoy.extensions.filters.http.compressor.v3.Compressor', {
    compressor_library: { name: algorithm, typed_config: library(algorithm, level) },
    response_direction_config: { common_config },
    // Of two that a client takes alike, the better one.
    choose_first: algorithm === 'brotli',
  });
}

function library(algorithm: Compression['algorithm'], level: number): AnyMessage {
  if (algorithm === 'brotli') return any('envoy.extensions.compression.brotli.compressor.v3.Brotli', { quality: level });
  const compression_level = gzipLevels[level - 1] ?? 'COMPRESSION_LEVEL_1';
  return any('envoy.extensions.compression.gzip.compressor.v3.Gzip', { compression_level });
}
