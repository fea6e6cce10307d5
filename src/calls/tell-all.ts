import type { CallObserver } from './ports/call-observer.ts';

/** One observer that tells several, in this order. */
export function tellAll(observers: readonly CallObserver[]): CallObserver {
  return {
    callReceived: (...told) => observers.forEach((observer) => observer.callReceived(...told)),
    callMoved: (...told) => observers.forEach((observer) => observer.callMoved(...told)),
    callSettled: (...told) => observers.forEach((observer) => observer.callSettled(...told)),
    callFaulted: (...told) => observers.forEach((observer) => observer.callFaulted(...told)),
    settlementDelayed: (...told) => observers.forEach((observer) => observer.settlementDelayed(...told)),
  };
}
