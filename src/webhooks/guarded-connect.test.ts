import { describe, expect, it } from 'vitest';

import { checkedAddresses, RefusedHost, type ResolvedAddress } from './guarded-connect.ts';

const at = (...addresses: readonly string[]): ResolvedAddress[] =>
  addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));

describe('A name', () => {
  it('is looked up once, and what was looked at is what is connected to, should it change its mind', async () => {
    const answers = [at('93.184.215.14', '2606:4700::1111'), at('127.0.0.1')];
    const resolve = (): Promise<ResolvedAddress[]> => Promise.resolve(answers.shift() ?? []);
    expect(await checkedAddresses('rebinding.example', new Set(), resolve)).toEqual(
      at('93.184.215.14', '2606:4700::1111'),
    );
    expect(answers).toHaveLength(1);
    await expect(checkedAddresses('rebinding.example', new Set(), resolve)).rejects.toThrow(RefusedHost);
  });

  it('with no address at all is an error, allowed or not', async () => {
    const resolve = (): Promise<ResolvedAddress[]> => Promise.resolve([]);
    await expect(checkedAddresses('empty.example', new Set(), resolve)).rejects.toThrow('no address');
    await expect(checkedAddresses('empty.example', new Set(['empty.example']), resolve)).rejects.toThrow('no address');
  });
});
