/**
 * Of a watch from a version; without one, of a watch that begins with all objects there are.
 * https://kubernetes.io/docs/reference/using-api/api-concepts/#streaming-lists
 */
export function watchParameters(from: string | undefined): Readonly<Record<string, string>> {
  return {
    watch: 'true',
    allowWatchBookmarks: 'true',
    // Without a version the list is as new as the request.
    ...(from === undefined ? { sendInitialEvents: 'true', resourceVersionMatch: 'NotOlderThan' } : { resourceVersion: from }),
    // Of many watches each ends at another time.
    timeoutSeconds: String(290 + Math.floor(Math.random() * 300)),
  };
}

/** What to accept where metadata is enough. https://kubernetes.io/docs/reference/using-api/api-concepts/#metadata-only-fetches */
export const metadataOnly = {
  event: 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1',
  list: 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1',
};
