import { describe, expect, it } from 'vitest';
import { asArgument, serverPath } from './server-path.ts';

describe('a file as the media server is told of it', () => {
  it('is where the server sees it', () => {
    expect(serverPath('/data/a.wav', (path) => path.replace('/data', '/var/tollgate'))).toBe('/var/tollgate/a.wav');
  });

  it('may have spaces and letters of any language, and is quoted among others', () => {
    const path = '/daten/Grüße, 1 (neu).wav';
    expect(serverPath(path, (same) => same)).toBe(path);
    expect(asArgument(path)).toBe(`'${path}'`);
    expect(asArgument('/data/a.wav')).toBe('/data/a.wav');
  });

  it.each([
    'relative.wav',
    '/a\nb.wav',
    "/it's.wav",
    '/a\\b.wav',
    '/${hostname}.wav',
    '/{loops=9}a.wav',
    '/a@@8000',
    '/a!b.wav',
    '/a::b.wav',
    '/a;b.wav',
    'http://elsewhere/a.wav',
  ])('is refused where it would be taken for something else: %j', (path) => {
    expect(() => serverPath(path, (same) => same)).toThrow(/The media server can't be told of/);
  });
});
