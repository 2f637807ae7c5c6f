/** Tries again, a little later, until it does not throw; gives up with the last error. */
export async function eventually<Result>(attempt: () => Result | Promise<Result>, withinMs = 20_000): Promise<Result> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (performance.now() > deadline) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
