/**
 * The environment of a program that is to know nothing of whoever runs the tests: what it is given, where programs are,
 * and where Node keeps what it has compiled.
 */
export function bareEnvironment(given: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  const { PATH, NODE_COMPILE_CACHE } = process.env;
  return { PATH, NODE_COMPILE_CACHE, ...given };
}
