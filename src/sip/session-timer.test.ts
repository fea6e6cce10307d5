import { describe, expect, it } from 'vitest';
import type { SipMessageView, SipRequest } from './drachtio.ts';
import { askForSession, isSessionTooShort, longerSession, SessionTimer } from './session-timer.ts';
import { vanishedOrHungUp } from './vanished.ts';

function message(headers: Readonly<Record<string, string>>): SipMessageView {
  return { body: '', has: (name) => name in headers, get: (name) => headers[name] ?? '' };
}

const timer = (expires?: string): SipMessageView =>
  message({ Supported: '100rel, Timer', ...(expires === undefined ? {} : { 'Session-Expires': expires }) });

describe('a session timer', () => {
  it('keeps what was agreed on through requests of ours, by the side that agreed to it', () => {
    const session = new SessionTimer();
    expect(session.keptBy()).toEqual({});
    session.agreeTo(timer('600;refresher=uac'), null);
    expect(session.keptBy()['Session-Expires']).toBe('600;refresher=uas');
    session.agreeTo(timer('600;refresher=uas'), null);
    expect(session.keptBy()['Session-Expires']).toBe('600;refresher=uac');
  });

  it('goes on through a request that asks for nothing, and ends with one of a side that no longer knows of it', () => {
    const session = new SessionTimer();
    session.agreeTo(timer('600'), null);
    expect(session.agreeTo(timer(), null)['Session-Expires']).toBe('600;refresher=uac');
    expect(session.agreeTo(message({}), 1_800)).toEqual({});
    expect(session.terms).toBeNull();
  });

  it('takes what an answer says: us where it names nobody, no limit where it names no interval', () => {
    const session = new SessionTimer();
    session.agreed(message({ 'Session-Expires': '600 ; refresher=UAS' }));
    expect(session.terms).toEqual({ intervalS: 600, refresher: 'them' });
    session.agreed(message({ 'Session-Expires': '600' }));
    expect(session.terms).toEqual({ intervalS: 600, refresher: 'us' });
    session.agreed(message({}));
    expect(session.terms).toBeNull();
  });

  it.each(['', 'soon', '-5', '1e3', '600x', '99999999999'])('reads no interval from %j', (expires) => {
    const session = new SessionTimer();
    session.agreed(message({ 'Session-Expires': expires }));
    expect(session.terms).toBeNull();
  });

  it('refuses an interval too small to those who know what a 422 is, and takes the smallest from others', () => {
    expect(isSessionTooShort(timer('89;refresher=uac'))).toBe(true);
    expect(isSessionTooShort(timer('90'))).toBe(false);
    expect(isSessionTooShort(timer())).toBe(false);
    const unaware = message({ 'Session-Expires': '30' });
    expect(isSessionTooShort(unaware)).toBe(false);
    expect(new SessionTimer().agreeTo(unaware, null)['Session-Expires']).toBe('90;refresher=uas');
  });

  it('asks once more with the interval that a 422 names, if it is longer', () => {
    expect(longerSession(message({ 'Min-SE': '3600' }), 1_800)).toBe(3_600);
    for (const value of ['1800', '90', 'x', '99999999999']) {
      expect(longerSession(message({ 'Min-SE': value }), 1_800)).toBeNull();
    }
    expect(longerSession(message({}), 1_800)).toBeNull();
    expect(askForSession(3_600)['Session-Expires']).toBe('3600;refresher=uas');
  });
});

describe('a dialog that has ended', () => {
  const bye = (source: 'network' | 'application'): SipRequest =>
    ({ ...message({ Reason: 'Q.850;cause=16' }), source }) as unknown as SipRequest;

  it('was hung up by its other side, or by nobody we know of', () => {
    const session = new SessionTimer();
    expect(vanishedOrHungUp(bye('network'), session)).toEqual({ type: 'hungUp', cause: 'Q.850;cause=16' });
    expect(vanishedOrHungUp(undefined, session)).toEqual({ type: 'hungUp', cause: null });
  });

  it('was ended by the SIP server: nothing was heard any more, unless it refreshed by itself without telling us', () => {
    const session = new SessionTimer();
    const vanished = { type: 'vanished', cause: 'session-expired' };
    session.agreeTo(timer('600;refresher=uac'), null);
    expect(vanishedOrHungUp(bye('application'), session)).toEqual({ ...vanished, unseenMs: null });
    session.agreeTo(timer('600;refresher=uas'), null);
    expect(vanishedOrHungUp(bye('application'), session)).toEqual({ ...vanished, unseenMs: 337_000 });
  });
});
