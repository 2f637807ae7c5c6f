/** The path of the control plane's binary, built first when it is not there yet. */
export function controlPlane(): Promise<string>;
