import type * as z from 'zod';
import type { ConnectionRule } from '../../gateway-objects.ts';
import { fields, list } from '../fields.ts';
import { backends } from './filter.ts';
import { sectionName } from './parts.ts';
import { routeRow } from './route.ts';

/** Kinds of routes that forward whole connections. */

const rules = (): z.ZodType<readonly ConnectionRule[]> => list(fields({ name: sectionName, backendRefs: backends }));

export const tlsRoute = routeRow({ kind: 'TLSRoute', plural: 'tlsroutes', otherVersions: ['v1alpha2', 'v1alpha3'], rules });
export const tcpRoute = routeRow({ kind: 'TCPRoute', plural: 'tcproutes', otherVersions: ['v1alpha2'], rules });
export const udpRoute = routeRow({ kind: 'UDPRoute', plural: 'udproutes', otherVersions: ['v1alpha2'], rules });
