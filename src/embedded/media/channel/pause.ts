/** Waits, or until the signal; resolves with which of the two it was. */
export function pause(ms: number, signal: AbortSignal): Promise<'over' | 'aborted'> {
  const { promise, resolve } = Promise.withResolvers<'over' | 'aborted'>();
  if (signal.aborted) {
    resolve('aborted');
    return promise;
  }
  const onAbort = (): void => {
    clearTimeout(timer);
    resolve('aborted');
  };
  const timer = setTimeout(() => {
    signal.removeEventListener('abort', onAbort);
    resolve('over');
  }, ms);
  signal.addEventListener('abort', onAbort, { once: true });
  return promise;
}
