import { describe, expect, it } from 'vitest';
import { causeOfReason, readHangupCause, reasonHeader } from './hangup-cause.ts';

describe('a hangup cause', () => {
  it.each([
    ['USER_BUSY', 'USER_BUSY'],
    ['user_busy ', 'USER_BUSY'],
    ['17', 'USER_BUSY'],
    ['804', 'MEDIA_TIMEOUT'],
    ['99', undefined],
    ['', undefined],
    ['toString', undefined],
  ])('is read from %j as %s', (text, cause) => {
    expect(readHangupCause(text)).toBe(cause);
  });

  it('is told in a BYE by its Q.850 number, or as FreeSWITCH’s own', () => {
    expect(reasonHeader('NORMAL_CLEARING')).toBe('Q.850;cause=16;text="NORMAL_CLEARING"');
    expect(reasonHeader('MEDIA_TIMEOUT')).toBe('SIP;cause=804;text="MEDIA_TIMEOUT"');
  });

  it.each([
    [undefined, 'NORMAL_CLEARING'],
    ['Q.850;cause=17;text="User busy"', 'USER_BUSY'],
    ['SIP;cause=200;text="elsewhere", Q.850 ;text="x" ; cause=21', 'CALL_REJECTED'],
    ['SIP;cause=17', 'NORMAL_CLEARING'],
    ['Q.850;cause=9999', 'NORMAL_CLEARING'],
  ])('of a peer’s Reason %j is %s', (reason, cause) => {
    expect(causeOfReason(reason)).toBe(cause);
  });
});
