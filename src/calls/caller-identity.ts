import type { CallOrigin } from '../domain/call/call-facts.ts';
import type { DialAddress } from '../domain/call/dial-target.ts';
import { normalizeCaller } from '../domain/numbers/normalize-caller.ts';
import type { InboundInvite } from './ports/a-leg.ts';
import type { DialOrder } from './ports/b-leg.ts';

/**
 * Who a destination is told calls. From is the caller's ANI in the form its trunk wants, or anonymous. What a trusted
 * trunk asserted is passed on as asserted to a trusted trunk alone, with the caller's wish for privacy; an untrusted one
 * must not see who a private caller is by any header (RFC 3325 §5, §7). We assert nothing that nobody asserted to us.
 *
 * @param invite as far as its trunk is believed: without assertion or identity headers where the trunk isn't trusted
 */
export function identityFor(
  address: DialAddress,
  origin: CallOrigin,
  invite: Pick<InboundInvite, 'assertedIdentity' | 'wantsPrivacy' | 'passOn'>,
): Pick<DialOrder, 'caller' | 'asserted' | 'wantsPrivacy' | 'passOn'> {
  const { wantsPrivacy, assertedIdentity } = invite;
  const mayKnow = address.trusted || !wantsPrivacy;
  const number = assertedIdentity ? normalizeCaller(assertedIdentity.user) : 'anonymous';
  const asserted =
    address.trusted && assertedIdentity && number !== 'anonymous'
      ? {
          user: address.fromUser ?? number,
          displayName: assertedIdentity.displayName,
          attestation: origin.attestation,
        }
      : null;
  return {
    caller: { user: address.fromUser ?? origin.ani, displayName: origin.callerName },
    asserted,
    wantsPrivacy,
    passOn: mayKnow ? invite.passOn : {},
  };
}
