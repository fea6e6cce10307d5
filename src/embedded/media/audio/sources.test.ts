import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { pcm16, readAll, wavFile } from '../../../../test/support/audio-samples.ts';
import { canSeeDescriptors, descriptorsOf, processWarnings } from '../../../../test/support/file-descriptors.ts';
import { loudness, shareOfTone } from '../../../../test/support/phone/tone.ts';
import { temporaryFolder } from '../../../../test/support/temporary-folder.ts';
import type { AudioSource } from '../audio-port.ts';
import { DIGITS, digitTone } from './digit-tones.ts';
import { openEndless } from './endless-source.ts';
import { holdMusic } from './hold-music.ts';
import { openSource, SourceError } from './open-source.ts';
import { SilenceSource } from './silence-source.ts';
import { SourceList } from './source-list.ts';
import { ToneSource } from './tone-source.ts';
import { toneStream } from './tone-stream.ts';

/** Counts from 1 so many samples on, and knows whether it was closed. */
class CountingSource implements AudioSource {
  isClosed = false;
  readonly #length: number;
  #at = 0;

  constructor(length: number) {
    this.#length = length;
  }

  read(samples: number): Int16Array | null {
    const length = Math.min(samples, this.#length - this.#at);
    this.#at += length;
    return length === 0 ? null : Int16Array.from({ length }, (_, i) => this.#at - length + i + 1);
  }

  close(): void {
    this.isClosed = true;
  }
}

const counted = (...lengths: number[]): number[] =>
  lengths.flatMap((length) => Array.from({ length }, (_, i) => i + 1));
const noTrouble = (error: Error): void => expect.unreachable(error.message);

describe('silence', () => {
  it('lasts as long as it is told to, or for ever', () => {
    expect([...readAll(new SilenceSource(30))]).toEqual(Array.from({ length: 240 }, () => 0));
    expect(readAll(new SilenceSource(Infinity), 160, 80_000)).toHaveLength(80_000);
    expect(new SilenceSource(0).read(160)).toBeNull();
  });
});

describe('tones', () => {
  const second = (source: AudioSource, from: number): Int16Array =>
    readAll(source).subarray(from * 8000, (from + 1) * 8000);

  it('of US ringback sound two seconds in six, both frequencies alike', () => {
    const source = toneStream('%(2000,4000,440,480);loops=2');
    const all = readAll(source, 160, 200_000);
    expect(all).toHaveLength(96_000);
    for (const from of [0, 48_000]) {
      const on = all.subarray(from, from + 16_000);
      expect(shareOfTone(on.subarray(0, 800), 440)).toBeCloseTo(0.5, 1);
      expect(shareOfTone(on, 480)).toBeCloseTo(0.5, 1);
      expect(all.subarray(from + 16_000, from + 48_000).every((sample) => sample === 0)).toBe(true);
    }
  });

  it('of several segments sound one after the other', () => {
    const script = '%(1000,0,950);%(1000,0,1400)%(1000,0,1800)';
    expect(
      [0, 1, 2].map((from) => Math.round(shareOfTone(second(toneStream(script), from), [950, 1400, 1800][from]!))),
    ).toEqual([1, 1, 1]);
  });

  it('are as loud as told, -7 dBm0 unless told', () => {
    // A sine of 3.17 dBm0 peaks at full scale.
    const peak = (script: string): number => Math.max(...second(toneStream(script), 0));
    expect(peak('%(1000,0,1000)')).toBeCloseTo(32_767 * 10 ** (-10.17 / 20), -2);
    expect(peak('v=-20;%(1000,0,1000)')).toBeCloseTo(32_767 * 10 ** (-23.17 / 20), -2);
    expect(peak('v=3;%(1000,0,1000,1000,1000)')).toBe(32_767);
  });

  it('repeat single segments, or all of it for ever', () => {
    expect(readAll(toneStream('l=3;%(10,10,400)'))).toHaveLength(480);
    expect(readAll(toneStream(' %(1000, 0, 640.5) ; loops=-1 '), 160, 50_000)).toHaveLength(50_080);
    expect(readAll(toneStream('%(10,10,400);l=2;%(10,10,400);loops=2'))).toHaveLength(960);
  });

  it.each([
    ['', '"" has no tone: write e.g. %(2000,4000,440,480)'],
    ['v=-7;loops=2', 'has no tone'],
    ['%(2000,x,440)', 'in "%(2000,x,440)", "x" is no number within 0…3600000'],
    ['%(2000)', 'in "%(2000)", "" is no number'],
    ['%(100,100,9000)', '"9000" is no number within 0…4000'],
    ['>=2;%(1,1,1)', '">=2" is not understood: use %(on,off,hz,…), v=, l= and loops='],
    ['%(100,100,400', '"%(100,100,400" is not understood'],
    ['%(1,1,1);loops=-2', '"-2" is no number within 1…1000000'],
    ['%(1,1,1);loops=1.5', '1.5 is no whole number'],
    ['v=loud;%(1,1,1)', '"loud" is no number within -63…3'],
  ])('refuse the script %j', (script, reason) => {
    expect(() => toneStream(script)).toThrow(reason);
  });

  it('without any length are over at once, however often', () => {
    expect(new ToneSource([], Infinity).read(160)).toBeNull();
    expect(toneStream('%(0,0,440);loops=-1').read(160)).toBeNull();
  });

  it('sound the same however they are read', () => {
    const script = '%(13,7,440,480);%(5.5,3,900);loops=7';
    const whole = readAll(toneStream(script), 1_000_000);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 700 }), (frame) => {
        expect(readAll(toneStream(script), frame)).toEqual(whole);
      }),
    );
  });
});

describe('digit tones', () => {
  const LOW = [697, 770, 852, 941];
  const HIGH = [1209, 1336, 1477, 1633];
  const PAD = ['123A', '456B', '789C', '*0#D'];

  it.each(Array.from(DIGITS))('of %s are its two frequencies and no other, then a pause', (digit) => {
    const all = readAll(digitTone(digit, 100, 60));
    expect(all).toHaveLength(1280);
    const heard = (hz: number): boolean => shareOfTone(all.subarray(0, 800), hz) > 0.4;
    const row = PAD.findIndex((line) => line.includes(digit));
    expect(LOW.filter(heard)).toEqual([LOW[row]]);
    expect(HIGH.filter(heard)).toEqual([HIGH[PAD[row]!.indexOf(digit)]]);
    expect(loudness(all.subarray(800))).toBe(0);
  });
});

describe('music on hold', () => {
  it('goes on, never loud and never silent for long', () => {
    const music = readAll(holdMusic(), 160, 8000 * 30);
    expect(music).toHaveLength(8000 * 30);
    expect(music.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0)).toBeLessThan(8000);
    for (let at = 0; at < music.length; at += 4000)
      expect(loudness(music.subarray(at, at + 4000))).toBeGreaterThan(100);
  });
});

describe('a list', () => {
  it('plays without gaps, and closes each source as it ends', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(400), { maxLength: 6 }), fc.integer({ min: 1, max: 300 }), (lengths, frame) => {
        const sources = lengths.map((length) => new CountingSource(length));
        expect([...readAll(new SourceList(sources), frame)]).toEqual(counted(...lengths));
        expect(sources.every(({ isClosed }) => isClosed)).toBe(true);
      }),
    );
  });

  it('closes what it has not played', () => {
    const sources = [new CountingSource(100), new CountingSource(100)];
    const list = new SourceList(sources);
    list.read(20);
    list.close();
    expect(sources.map(({ isClosed }) => isClosed)).toEqual([true, true]);
    expect(list.read(20)).toBeNull();
  });
});

describe('one source over and over', () => {
  const endless = async (lengths: readonly number[], onTrouble = noTrouble) => {
    const opened: CountingSource[] = [];
    const source = await openEndless(async () => {
      const length = lengths[opened.length];
      if (length === undefined) throw new Error('it is gone');
      opened.push(new CountingSource(length));
      return opened.at(-1)!;
    }, onTrouble);
    return { source, opened };
  };
  const nextTurn = (): Promise<void> => new Promise(setImmediate);

  it('has no gap between its rounds', async () => {
    const { source, opened } = await endless([250, 250, 250, 250]);
    const heard: number[] = [];
    while (heard.length < 600) {
      heard.push(...source.read(100)!);
      await nextTurn();
    }
    expect(heard).toEqual(counted(250, 250, 100));
    expect(opened.map(({ isClosed }) => isClosed)).toEqual([true, true, false]);
  });

  it('waits in silence for a round that is slow to open', async () => {
    const { source } = await endless([50, 50, 50]);
    expect([...source.read(80)!]).toEqual([...counted(50), ...Array.from({ length: 30 }, () => 0)]);
    await nextTurn();
    expect([...source.read(50)!]).toEqual(counted(50));
  });

  it('ends where it can’t be opened again, and says so', async () => {
    const onTrouble = vi.fn<(error: Error) => void>();
    const { source } = await endless([50], onTrouble);
    source.read(20);
    await nextTurn();
    expect(readAll(source, 20)).toHaveLength(30);
    expect(source.read(20)).toBeNull();
    expect(onTrouble.mock.calls).toEqual([[new Error('it is gone')]]);
  });

  it('ends where there is nothing in it', async () => {
    const { source } = await endless([0, 0, 0]);
    source.read(20);
    await nextTurn();
    expect(source.read(20)).toBeNull();
  });

  it('closes what is open, what is ready, and what is just being opened', async () => {
    const ready = await endless([50, 50]);
    ready.source.read(20);
    await nextTurn();
    ready.source.close?.();
    const opening = await endless([50, 50]);
    opening.source.read(20);
    opening.source.close?.();
    await nextTurn();
    expect([...ready.opened, ...opening.opened].map(({ isClosed }) => isClosed)).toEqual([true, true, true, true]);
    expect([ready.source.read(20), opening.source.read(20)]).toEqual([null, null]);
  });
});

describe('opening what is to be played by name', () => {
  const folder = (): string => {
    const path = temporaryFolder();
    writeFileSync(join(path, 'hello.wav'), wavFile(pcm16(Int16Array.from(counted(300))), {}));
    return path;
  };
  const open = (name: string, endless = false): Promise<AudioSource> =>
    openSource(name, { folder: folder(), onTrouble: noTrouble, endless });

  it.each([
    ['hello.wav', 300],
    ['hello.wav@@100', 200],
    ['silence_stream://20', 160],
    ['silence_stream://20,1400', 160],
    ['tone_stream://%(20,10,440);loops=2', 480],
    ['file_string://hello.wav!silence_stream://10!hello.wav', 680],
  ])('takes %s', async (name, samples) => {
    expect(readAll(await open(name))).toHaveLength(samples);
  });

  it('takes a whole path as it is', async () => {
    expect(readAll(await open(join(folder(), 'hello.wav')))).toHaveLength(300);
  });

  it.each(['local_stream://default', 'local_stream://moh', 'silence_stream://-1', 'tone_stream://%(9,9,9);loops=-1'])(
    '%s never ends',
    async (name) => {
      expect(readAll(await open(name), 160, 9000)).toHaveLength(9120);
    },
  );

  it('begins anything anew that is to be endless', async () => {
    const source = await open('file_string://hello.wav@@200!silence_stream://10', true);
    const heard: number[] = [];
    const readOn = (): void => {
      heard.push(...source.read(20)!);
      expect(heard.filter((sample) => sample === 201).length).toBeGreaterThan(2);
    };
    await vi.waitFor(readOn, { interval: 1, timeout: 5000 });
    source.close?.();
  });

  it.each([
    ['missing.wav', /^can't play missing\.wav: ENOENT/],
    ['', /^can't play "": it names no file/],
    ['nul\0.wav', /it names no file/],
    ['silence_stream://long', /^can't play silence_stream:\/\/long: write its length in ms/],
    ['tone_stream://%(1)', /^can't play tone_stream:\/\/%\(1\): in "%\(1\)", "" is no number/],
    ['http://example.com/a.wav', /^can't play http:.*: use a WAV file, silence_stream:/],
    ['file_string://hello.wav!missing.wav', /^can't play missing\.wav: ENOENT/],
  ])('refuses %j, saying why', async (name, reason) => {
    const failure = await open(name).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(SourceError);
    expect((failure as Error).message).toMatch(reason);
  });

  it.runIf(canSeeDescriptors)('closes what it has opened of a list that can’t be played', async () => {
    const warnings = processWarnings();
    const path = folder();
    const file = join(path, 'long.wav');
    writeFileSync(file, wavFile(Buffer.alloc(100_000), {}));
    const opening = openSource('file_string://long.wav!missing.wav', { folder: path, onTrouble: noTrouble });
    await expect(opening).rejects.toThrow("can't play missing.wav");
    await vi.waitFor(() => expect(descriptorsOf(file)).toBe(0));
    expect(warnings).toEqual([]);
  });

  it('refuses what is no WAV file', async () => {
    const path = folder();
    writeFileSync(join(path, 'song.mp3'), 'ID3');
    await expect(openSource('song.mp3', { folder: path, onTrouble: noTrouble })).rejects.toThrow(
      "can't play song.mp3: it is no WAV file: convert it",
    );
  });
});
