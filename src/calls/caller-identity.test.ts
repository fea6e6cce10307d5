import { describe, expect, it } from 'vitest';
import { someFacts } from '../../test/support/call-builders.ts';
import type { DialAddress } from '../domain/call/dial-target.ts';
import type { Ani } from '../domain/numbers/e164.ts';
import { identityFor } from './caller-identity.ts';

const TRUSTED: DialAddress = {
  uri: 'sip:13105550111@gw.example',
  nextHop: null,
  fromUser: '12125550123',
  digest: null,
  gateway: 'sip:gw.example',
  trusted: true,
  barred: false,
};
const UNTRUSTED: DialAddress = { ...TRUSTED, trusted: false };

const ORIGIN = {
  ...someFacts().origin,
  ani: '+12125550123' as Ani,
  callerName: 'Real Name',
  attestation: 'B' as const,
};
const INVITE = {
  assertedIdentity: { user: '+12125550123', displayName: 'Real Name' },
  wantsPrivacy: false,
  passOn: { Diversion: '<sip:+19995550000@carrier.example>' },
};

describe('who a destination is told calls', () => {
  it('is asserted to a trusted trunk alone, in its form', () => {
    expect(identityFor(TRUSTED, ORIGIN, INVITE)).toEqual({
      caller: { user: '12125550123', displayName: 'Real Name' },
      asserted: { user: '12125550123', displayName: 'Real Name', attestation: 'B' },
      wantsPrivacy: false,
      passOn: INVITE.passOn,
    });
    expect(identityFor(UNTRUSTED, ORIGIN, INVITE)).toMatchObject({ asserted: null, passOn: INVITE.passOn });
  });

  it('is not asserted where nobody asserted it to us, or no number was', () => {
    expect(identityFor(TRUSTED, ORIGIN, { ...INVITE, assertedIdentity: null }).asserted).toBeNull();
    const named = { user: 'alice', displayName: null };
    expect(identityFor(TRUSTED, ORIGIN, { ...INVITE, assertedIdentity: named }).asserted).toBeNull();
  });

  it('is anonymous for a private caller, whom a trusted trunk knows all the same', () => {
    const hidden = { ...ORIGIN, ani: 'anonymous' as const, callerName: null };
    const invite = { ...INVITE, wantsPrivacy: true };
    const caller = { user: 'anonymous', displayName: null };
    expect(identityFor({ ...TRUSTED, fromUser: null }, hidden, invite)).toMatchObject({
      caller,
      asserted: { user: '+12125550123' },
      wantsPrivacy: true,
      passOn: invite.passOn,
    });
    const toOthers = identityFor({ ...UNTRUSTED, fromUser: null }, hidden, invite);
    expect(toOthers).toEqual({ caller, asserted: null, wantsPrivacy: true, passOn: {} });
  });
});
