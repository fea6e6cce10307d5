import { Counter, type Registry } from 'prom-client';

/** A SIP message, as the network sees it. */
interface SipMessage {
  readonly direction: 'in' | 'out';
  /** For a response, of the request that it answers. */
  readonly method: string;
  /** Null for a request. */
  readonly status: number | null;
}

const METHODS = new Set([
  'INVITE',
  'ACK',
  'CANCEL',
  'BYE',
  'OPTIONS',
  'PRACK',
  'UPDATE',
  'INFO',
  'REFER',
  'MESSAGE',
  'SUBSCRIBE',
  'NOTIFY',
  'PUBLISH',
  'REGISTER',
]);

/**
 * Rate and errors of SIP by method and class of status; how long things take is in the histograms of setup and of
 * post-dial delay. Messages are counted where the product hears of them: not again when they are repeated, and not where
 * the SIP server answers by itself (100, 481, 487 and the like).
 */
export function createSipMetrics(registry: Registry): (seen: SipMessage) => void {
  const requests = new Counter({
    name: 'tollgate_sip_requests_total',
    help: 'SIP requests by direction and method, repetitions left out',
    labelNames: ['direction', 'method'],
    registers: [registry],
  });
  const responses = new Counter({
    name: 'tollgate_sip_responses_total',
    help: 'SIP responses by direction, method they answer and class of status, repetitions left out',
    labelNames: ['direction', 'method', 'class'],
    registers: [registry],
  });
  return ({ direction, method: given, status }) => {
    const method = METHODS.has(given) ? given : 'other';
    if (status === null) requests.inc({ direction, method });
    else responses.inc({ direction, method, class: `${Math.floor(status / 100)}xx` });
  };
}
