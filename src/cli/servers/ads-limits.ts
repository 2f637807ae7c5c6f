import type { Limits } from '../../ads/limits.ts';
import type { ServeSettings } from '../../settings.ts';

type LimitSettings = Pick<ServeSettings, 'adsMaxRequestSize' | 'adsMaxStreams' | 'adsMaxRequestRate' | 'adsMaxNames'>;

/** What one client of ADS may take. */
export function adsLimits({ adsMaxRequestSize, adsMaxStreams, adsMaxRequestRate, adsMaxNames }: LimitSettings): Limits {
  return {
    requestBytes: adsMaxRequestSize * 1024 * 1024,
    streamsPerAddress: adsMaxStreams,
    requestsPerSecond: adsMaxRequestRate,
    names: adsMaxNames,
  };
}
