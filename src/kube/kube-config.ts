// Alone in its file so that a bundle can leave out the rest of the library, which is nearly all of it: a client for each API group.
export { KubeConfig } from '@kubernetes/client-node';
