import { describe, expect, it } from 'vitest';
import { localAddressTowards } from './local-address-towards.ts';

describe('the address a media server sees us by', () => {
  it('is loopback for one on this machine', async () => {
    expect(await localAddressTowards('127.0.0.1')).toBe('127.0.0.1');
  });

  it('is none where there is no such host', async () => {
    await expect(localAddressTowards('no-such-host.invalid')).rejects.toThrow('no-such-host.invalid');
  });
});
