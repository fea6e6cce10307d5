import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../domain/app-error.ts';

/** Bytes of a file, both ends included. */
interface Span {
  readonly start: number;
  readonly end: number;
}

/**
 * Answers with a WAV file, or with the part of it that a Range header asks for (RFC 9110 section 14): a player can begin
 * anywhere. Several ranges at once are answered with the whole, as they may be.
 *
 * @throws AppError `not-found` where the file isn't there; `range-not-satisfiable` for a range beyond its end
 */
export async function sendWav(
  request: FastifyRequest,
  reply: FastifyReply,
  path: string,
  name: string,
): Promise<FastifyReply> {
  const file = await stat(path).catch(() => null);
  if (file === null) throw new AppError('not-found', `The file of ${name} is gone.`);
  const { size } = file;
  const span = readRange(request.headers.range, size);
  reply.header('Accept-Ranges', 'bytes').type('audio/wav');
  reply.header('Content-Disposition', `inline; filename="${name}.wav"`);
  // Whoever may hear it may keep it; no cache on the way may.
  reply.header('Cache-Control', 'private, no-cache');
  if (span === 'unsatisfiable') {
    reply.header('Content-Range', `bytes */${size}`);
    throw new AppError('range-not-satisfiable', `It is ${size} bytes long.`);
  }
  if (span === null) return reply.header('Content-Length', size).send(createReadStream(path));
  reply.code(206).header('Content-Range', `bytes ${span.start}-${span.end}/${size}`);
  return reply.header('Content-Length', span.end - span.start + 1).send(createReadStream(path, span));
}

/** One range of bytes; null for the whole: none asked for, several, or another unit, which may be ignored. */
export function readRange(header: string | undefined, size: number): Span | 'unsatisfiable' | null {
  const found = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? '');
  const [, first = '', last = ''] = found ?? [];
  if (found === null || (first === '' && last === '')) return null;
  if (first === '') {
    const length = Math.min(Number(last), size);
    return length === 0 ? 'unsatisfiable' : { start: size - length, end: size - 1 };
  }
  const [start, end] = [Number(first), last === '' ? size - 1 : Math.min(Number(last), size - 1)];
  // Ends that are the wrong way round make no range at all, so there is none to refuse.
  if (last !== '' && Number(last) < start) return null;
  return start >= size ? 'unsatisfiable' : { start, end };
}
