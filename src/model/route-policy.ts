/**
 * How a route treats requests besides where it sends them. Each part is absent where the route does as Naru does by default;
 * policies that say the same are equal in their JSON.
 */
export interface RoutePolicy {
  readonly timeouts?: Timeouts;
}

export interface Timeouts {
  /** Seconds without a byte in either direction after which a request is given up. */
  readonly idle: number;
}
