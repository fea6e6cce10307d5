import { describe, expect, it } from 'vitest';
import type { ApplicationLink } from '../agent/application-link.ts';
import { AppDirectory } from './app-directory.ts';

const link = (): ApplicationLink => ({ open: true, busy: false, deliver: () => undefined });

describe('the applications', () => {
  it('take turns at the methods they asked for, whatever the case', () => {
    const [one, two] = [link(), link()];
    const directory = new AppDirectory();
    directory.add('invite', one);
    directory.add('invite', two);
    directory.add('invite', two);
    expect([directory.pick('INVITE'), directory.pick('invite'), directory.pick('INVITE')]).toEqual([one, two, one]);
    expect(directory.pick('OPTIONS')).toBeUndefined();
  });

  it('go on in turn when one of them leaves', () => {
    const [one, two, three] = [link(), link(), link()];
    const directory = new AppDirectory();
    for (const each of [one, two, three]) directory.add('invite', each);
    directory.pick('INVITE');
    directory.removeAll(two);
    const picked = [1, 2, 3, 4].map(() => directory.pick('INVITE'));
    expect(new Set(picked)).toEqual(new Set([one, three]));
    directory.remove('invite', one);
    directory.removeAll(three);
    expect(directory.pick('INVITE')).toBeUndefined();
  });
});
