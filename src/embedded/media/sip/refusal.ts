import type { HeaderField } from '../../sip/message/sip-message.ts';
import type { AppResponse } from '../../sip/agent/app-message.ts';

/** What the engine answers to. */
const ALLOWED: HeaderField = { name: 'Allow', value: 'INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, UPDATE' };

const NOTHING = Buffer.alloc(0);

/** A refusal with its reason in the reason phrase, where whoever made the call looks first. */
export class CallRefusal extends Error {
  override readonly name = 'CallRefusal';
  readonly status: 400 | 403 | 404 | 405 | 415 | 488 | 500 | 503;

  constructor(status: CallRefusal['status'], reason: string) {
    super(reason);
    this.status = status;
  }

  /** As a response. */
  get response(): AppResponse {
    const { status } = this;
    const reason = this.message.replaceAll(/[\r\n]+/g, ' ');
    return { kind: 'response', status, reason, headers: headersFor(status), body: NOTHING };
  }
}

/** A 200, with a session description where there is one. */
export function okay(sdp?: string): AppResponse {
  const body = sdp === undefined ? NOTHING : Buffer.from(sdp);
  const type = { name: 'Content-Type', value: 'application/sdp' };
  return {
    kind: 'response',
    status: 200,
    reason: 'OK',
    headers: sdp === undefined ? [ALLOWED] : [ALLOWED, type],
    body,
  };
}

function headersFor(status: number): HeaderField[] {
  if (status === 405) return [ALLOWED];
  if (status === 415) return [{ name: 'Accept', value: 'application/sdp' }];
  return status === 503 ? [{ name: 'Retry-After', value: '5' }] : [];
}
