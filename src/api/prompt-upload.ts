import type { Multipart, MultipartFile } from '@fastify/multipart';
import type { FastifyRequest } from 'fastify';
import { createHash, type Hash } from 'node:crypto';
import { Type } from 'typebox';

import { AppError, type InputProblem } from '../domain/app-error.ts';
import { convertWav, type ConvertedWav } from '../prompts/convert-wav.ts';
import { STRICT, textField } from './schemas/fields.ts';
import { createValidator, invalid } from './validation/validator.ts';

/** Most bytes of an uploaded file: five minutes of nearly anything. */
const FILE_LIMIT_BYTES = 64 * 1_048_576;

/** What a form adds to its file: boundaries, names, headers of parts. */
const FORM_LIMIT_BYTES = FILE_LIMIT_BYTES + 65_536;

/** How the form's parser is set: what is beyond these counts is refused, and what is beyond the size is seen here. */
export const FORM_OPTIONS = {
  limits: { fileSize: FILE_LIMIT_BYTES, fieldSize: 4_096, files: 5, fields: 5, parts: 10 },
  throwFileSizeLimit: false,
};

/** What a prompt is called. */
export const promptName = textField('What you call it.', 'Roofing, greeting');

const validateName = createValidator(Type.Object({ name: Type.Optional(promptName) }, STRICT));

/** A prompt as it was uploaded, ready to be kept. */
export interface PromptUpload extends ConvertedWav {
  readonly name: string;
  /** Of the file as it came, in hex: two uploads of it are one. */
  readonly sha256: string;
}

/** What was in the file, and what it was called. */
interface Sound extends ConvertedWav {
  readonly sha256: string;
  readonly filename: string | undefined;
}

/**
 * Reads a form with a WAV in `file`, and maybe a `name` (the file's own where absent). The file is converted as it comes,
 * and what is wrong is said once the form has been read to its end: a client listens when it has spoken.
 *
 * @throws AppError `malformed-request` for a form that can't be read, `body-too-large`, or `invalid` with every problem
 */
export async function readPromptUpload(request: FastifyRequest): Promise<PromptUpload> {
  if (Number(request.headers['content-length']) > FORM_LIMIT_BYTES) throw tooLarge();
  const problems: InputProblem[] = [];
  let sound: Sound | AppError | undefined;
  let name: unknown;
  for await (const part of partsOf(request)) {
    if (part.fieldname === 'file' && part.type === 'file' && sound === undefined) sound = await readSound(part);
    else if (part.fieldname === 'name' && part.type === 'field' && name === undefined) name = part.value;
    else {
      problems.push(describeUnexpected(part));
      if (part.type === 'file') await readToEnd(bytesOf(part));
    }
  }
  const named = validateName(name === undefined ? {} : { name });
  if (!named.ok) problems.push(...named.error.problems);
  if (sound instanceof AppError) {
    if (sound.code !== 'invalid') throw sound;
    problems.push(...sound.problems);
  } else if (sound === undefined && !problems.some(({ path }) => path === '/file')) {
    problems.push({ path: '/file', message: 'This is required: the WAV, sent as a file.' });
  }
  if (problems.length > 0 || sound === undefined || sound instanceof AppError || !named.ok) throw invalid(problems);
  const { wav, durationMs, sha256, filename } = sound;
  return { name: named.value.name ?? nameOf(filename), wav, durationMs, sha256 };
}

/** The file, converted; or what is wrong with it, once all of it has been read. */
async function readSound(part: MultipartFile): Promise<Sound | AppError> {
  const digest = createHash('sha256');
  const bytes = bytesOf(part, digest);
  const converted = await convertWav(bytes).catch((error: unknown) => {
    if (error instanceof AppError) return error;
    throw error;
  });
  await readToEnd(bytes);
  if (part.file.truncated) return tooLarge();
  return converted instanceof AppError
    ? converted
    : { ...converted, sha256: digest.digest('hex'), filename: part.filename };
}

async function* partsOf(request: FastifyRequest): AsyncGenerator<Multipart> {
  const parts = request.parts();
  for (;;) {
    const next = await parts.next().catch((error: unknown) => {
      throw unreadable(error);
    });
    if (next.done) return;
    yield next.value;
  }
}

async function* bytesOf({ file }: MultipartFile, digest?: Hash): AsyncGenerator<Uint8Array> {
  try {
    for await (const piece of file as AsyncIterable<Buffer>) {
      digest?.update(piece);
      yield piece;
    }
  } catch (error) {
    throw unreadable(error);
  }
}

async function readToEnd(pieces: AsyncIterable<unknown>): Promise<void> {
  for await (const _piece of pieces) continue;
}

/** @param part its name is left out where it says none, whatever the parser's types promise */
function describeUnexpected(part: { readonly fieldname?: string; readonly type: string }): InputProblem {
  const { fieldname = '', type } = part;
  const path = `/${fieldname.replaceAll('~', '~0').replaceAll('/', '~1')}`;
  switch (fieldname) {
    case 'file':
      return {
        path,
        message:
          type === 'file' ? 'Send one file at a time.' : 'Send it as a file, with a filename: this came as text.',
      };
    case 'name':
      return { path, message: type === 'file' ? 'Send it as text: this came as a file.' : 'Send one name.' };
    default:
      return { path, message: 'There is no such field. Known here: file, name.' };
  }
}

/** What went wrong is the form's doing, or the line's: the parser knows no other faults. */
function unreadable(cause: unknown): AppError {
  const { code = '', message } = cause as { readonly code?: string; readonly message: string };
  const reason = code.endsWith('_LIMIT') ? 'it has more parts than a file and a name' : message;
  return new AppError('malformed-request', `The form can not be read to its end: ${reason}.`, { cause });
}

function tooLarge(): AppError {
  const limit = `${FILE_LIMIT_BYTES / 1_048_576} MB (${FILE_LIMIT_BYTES} bytes)`;
  return new AppError('body-too-large', `A file may have ${limit}: export it with fewer samples a second, or mono.`);
}

/** `Roofing.wav` is called Roofing; what no name can be made of is a prompt. */
function nameOf(filename = ''): string {
  const read = validateName({ name: filename.replace(/\.[A-Za-z0-9]{1,5}$/, '').trim() });
  return (read.ok ? read.value.name : undefined) ?? 'Prompt';
}
