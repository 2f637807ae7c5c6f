/** Where an Envoy gets whatever one of its resources refers to: over the stream that it has already. */
export const fromAds = { ads: {}, resource_api_version: 'V3' } as const;
