export const gatewayApiVersion: string;
export function gatewayDefinitions(channel: 'standard' | 'experimental'): string;
