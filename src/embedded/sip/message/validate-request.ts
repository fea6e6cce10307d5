import type { HeaderField, SipRequest } from './sip-message.ts';

/** The answer the engine itself gives to a request it can't hand on. A refused ACK is dropped, never answered. */
export interface RequestRefusal {
  readonly status: 400 | 416 | 420 | 501;
  readonly reason: string;
  /** Headers the answer carries besides the usual ones (`Unsupported`). */
  readonly headers: readonly HeaderField[];
}

/** Judges what the syntax of a message leaves open; undefined means that nothing is wrong with the request. */
export function validateRequest(request: SipRequest): RequestRefusal | undefined {
  return request.method === '' ? { status: 400, reason: 'No Method', headers: [] } : undefined;
}
