import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CommandReader, CommandTooLong, type SocketCommand } from './read-commands.ts';

const readAll = (...pieces: readonly (string | Buffer)[]): SocketCommand[] => {
  const reader = new CommandReader();
  return pieces.flatMap((piece) => [...reader.read(Buffer.from(piece))]);
};

const shortly = ({ verb, argument, headers, body }: SocketCommand): unknown => [
  verb,
  argument,
  Object.fromEntries(headers),
  body,
];

describe('commands', () => {
  it.each<[string, unknown[]]>([
    ['exit\n\n', [['exit', '', {}, '']]],
    ['api uuid_kill a b\n\n', [['api', 'uuid_kill a b', {}, '']]],
    ['API  status \r\n\r\n', [['api', 'status', {}, '']]],
    [
      '\n\n\r\n\nexit\n\nexit\n\n',
      [
        ['exit', '', {}, ''],
        ['exit', '', {}, ''],
      ],
    ],
    [
      'sendmsg u\ncall-command: execute\nexecute-app-arg: a: b\n\n',
      [['sendmsg', 'u', { 'call-command': 'execute', 'execute-app-arg': 'a: b' }, '']],
    ],
    [
      'sendevent X\nContent-Length: 5\n\nhelloexit\n\n',
      [
        ['sendevent', 'X', { 'content-length': '5' }, 'hello'],
        ['exit', '', {}, ''],
      ],
    ],
    [
      'sendevent X\r\nContent-Length: 4\r\n\r\nmüdexit\n\n',
      [
        ['sendevent', 'X', { 'content-length': '4' }, 'müd'],
        ['exit', '', {}, ''],
      ],
    ],
    ['api x\nContent-Length: -5\nContent-Length\n\n', [['api', 'x', { 'content-length': '-5' }, '']]],
    ['api not finished\nyet: ', []],
  ])('are read from %j', (text, expected) => {
    expect(readAll(text).map(shortly)).toEqual(expected);
  });

  it('are the same however the network cuts them', () => {
    const text = Buffer.from(
      'api status\n\nsendmsg u\r\na: ü\r\nContent-Length: 3\r\n\r\nxyzbgapi echo hello\nJob-UUID: 1\n\n',
    );
    const whole = readAll(text).map(shortly);
    expect(whole).toHaveLength(3);
    fc.assert(
      fc.property(fc.array(fc.nat(text.length - 1), { maxLength: 10 }), (cuts) => {
        const at = [0, ...cuts.toSorted((a, b) => a - b), text.length];
        const pieces = at.slice(1).map((end, index) => text.subarray(at[index], end));
        expect(readAll(...pieces).map(shortly)).toEqual(whole);
      }),
    );
  });

  it('never come to harm by any bytes', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 60 }), { maxLength: 10 }), (pieces) => {
        for (const { verb } of readAll(...pieces.map((piece) => Buffer.from(piece)))) expect(verb).toBeTypeOf('string');
      }),
    );
  });

  it('may be long, but not without end', () => {
    expect(readAll(`api echo ${'x'.repeat(200_000)}\n\n`)[0]?.argument).toHaveLength(200_005);
    const reader = new CommandReader();
    const flood = (): void => {
      for (let count = 0; count < 300; count += 1) expect([...reader.read(Buffer.alloc(1024, 'x'))]).toEqual([]);
    };
    expect(flood).toThrow(CommandTooLong);
    expect(() => readAll('sendevent X\nContent-Length: 999999999\n\n')).toThrow(CommandTooLong);
  });
});
