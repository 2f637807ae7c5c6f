import { failureOf } from './api/failure.ts';
import { write } from './api/write.ts';
import type { Connection } from './connection.ts';
import { kinds } from './kinds.ts';

/** An Event about an Ingress. https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/event-v1/ */
export interface IngressEvent {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly action: string;
  readonly note: string;
}

const apiVersion = 'events.k8s.io/v1';
const longestInstance = 128;

/** Makes an Event. One that is there already says the same: its name follows from what it says. */
export async function createEvent(
  connection: Connection,
  about: { readonly namespace: string; readonly name: string; readonly uid: string },
  event: IngressEvent & { readonly eventName: string; readonly reporter: string },
): Promise<void> {
  const { eventName, reporter, type, reason, action, note } = event;
  const body = {
    apiVersion,
    kind: 'Event',
    metadata: { namespace: about.namespace, name: eventName },
    regarding: { apiVersion: kinds.Ingress.apiVersion, kind: 'Ingress', ...about },
    eventTime: microTime(),
    reportingController: 'naru.io/ingress-controller',
    reportingInstance: reporter.slice(0, longestInstance),
    ...{ type, reason, action, note },
  };
  try {
    await write(connection, 'create', collection(about.namespace), body);
  } catch (error) {
    const { status, message } = failureOf(error);
    // A namespace that is being deleted takes nothing new, and nobody will look.
    if (status !== 409 && !(status === 403 && message.includes('being terminated'))) throw error;
  }
}

/** Says of an Event that it has happened again; false when the API server has forgotten it. */
export async function repeatEvent(connection: Connection, namespace: string, eventName: string, count: number): Promise<boolean> {
  try {
    const series = { count, lastObservedTime: microTime() };
    await write(connection, 'merge', `${collection(namespace)}/${encodeURIComponent(eventName)}`, { series });
    return true;
  } catch (error) {
    if (failureOf(error).status === 404) return false;
    throw error;
  }
}

function collection(namespace: string): string {
  return `/apis/${apiVersion}/namespaces/${encodeURIComponent(namespace)}/events`;
}

/** Six digits after the point, or the API server refuses it. */
function microTime(): string {
  return new Date().toISOString().replace('Z', '000Z');
}
