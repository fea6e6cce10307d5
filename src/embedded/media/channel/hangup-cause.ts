/** Hangup causes by name, with their number: ITU-T Q.850's up to 127, FreeSWITCH's own above. */
const CAUSES = {
  UNALLOCATED_NUMBER: 1,
  NO_ROUTE_DESTINATION: 3,
  NORMAL_CLEARING: 16,
  USER_BUSY: 17,
  NO_USER_RESPONSE: 18,
  NO_ANSWER: 19,
  SUBSCRIBER_ABSENT: 20,
  CALL_REJECTED: 21,
  NUMBER_CHANGED: 22,
  DESTINATION_OUT_OF_ORDER: 27,
  INVALID_NUMBER_FORMAT: 28,
  NORMAL_UNSPECIFIED: 31,
  NORMAL_CIRCUIT_CONGESTION: 34,
  NETWORK_OUT_OF_ORDER: 38,
  NORMAL_TEMPORARY_FAILURE: 41,
  SWITCH_CONGESTION: 42,
  INCOMPATIBLE_DESTINATION: 88,
  RECOVERY_ON_TIMER_EXPIRE: 102,
  INTERWORKING: 127,
  ORIGINATOR_CANCEL: 487,
  MANAGER_REQUEST: 503,
  ATTENDED_TRANSFER: 601,
  ALLOTTED_TIMEOUT: 602,
  MEDIA_TIMEOUT: 804,
} as const;

/** Why a call ended. */
export type HangupCause = keyof typeof CAUSES;

/** Numbers from here on mean something to FreeSWITCH alone: Q.850 has seven bits. */
const PRIVATE_FROM = 128;

const BY_NUMBER = new Map(Object.entries(CAUSES).map(([name, number]) => [number as number, name as HangupCause]));

/** Reads a cause's name in any case, or its number; undefined for any other word. */
export function readHangupCause(text: string): HangupCause | undefined {
  const name = text.trim().toUpperCase();
  if (/^\d+$/.test(name)) return BY_NUMBER.get(Number(name));
  return Object.hasOwn(CAUSES, name) ? (name as HangupCause) : undefined;
}

/** A cause as a BYE's Reason header (RFC 3326). */
export function reasonHeader(cause: HangupCause): string {
  const number = CAUSES[cause];
  return `${number < PRIVATE_FROM ? 'Q.850' : 'SIP'};cause=${number};text="${cause}"`;
}

/** The cause in a BYE's Reason header; a call that ends without one has ended normally. */
export function causeOfReason(reason: string | undefined): HangupCause {
  const [, number] = /Q\.850\s*;(?:.*;)?\s*cause=(\d+)/i.exec(reason ?? '') ?? [];
  return (number === undefined ? undefined : BY_NUMBER.get(Number(number))) ?? 'NORMAL_CLEARING';
}
