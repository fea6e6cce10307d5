import { createHmac, timingSafeEqual } from 'node:crypto';

import type { ReceivedPost } from './webhook-receiver.ts';

/** A receiver's check, from the text of Standard Webhooks 1.0.0: nothing of the product's own signing is in it. */
export function isSigned({ headers, body }: ReceivedPost, secret: string, nowS: number, toleranceS = 300): boolean {
  const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures = '' } = headers;
  if (id === undefined || !(Math.abs(nowS - Number(timestamp)) <= toleranceS)) return false;
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const expected = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest();
  return signatures.split(' ').some((each) => {
    const [version, value = ''] = each.split(',', 2);
    const given = Buffer.from(value, 'base64');
    return version === 'v1' && given.length === expected.length && timingSafeEqual(given, expected);
  });
}
