import { createHmac } from 'node:crypto';

/** What a secret begins with; its key follows in base64. */
const PREFIX = 'whsec_';

/** What is posted, as it is signed: the three parts that a receiver has before it, too. */
export interface SignedContent {
  readonly id: string;
  /** Of this post, in whole seconds since 1970. */
  readonly timestampS: number;
  readonly body: string;
}

/**
 * The `webhook-signature` header (Standard Webhooks 1.0.0, "Signature scheme"): for each secret `v1,` and the base64
 * HMAC-SHA256 of `id.timestamp.body`, with a space between.
 */
export function signEvent({ id, timestampS, body }: SignedContent, secrets: readonly string[]): string {
  const content = `${id}.${timestampS}.${body}`;
  return secrets
    .map((secret) => {
      const key = Buffer.from(secret.slice(PREFIX.length), 'base64');
      return `v1,${createHmac('sha256', key).update(content).digest('base64')}`;
    })
    .join(' ');
}
