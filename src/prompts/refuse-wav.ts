import { AppError } from '../domain/app-error.ts';

/** The one form in which an upload is refused for what is in it. */
export function refuseWav(message: string): AppError {
  return new AppError('invalid', `/file: ${message}`, { problems: [{ path: '/file', message }] });
}
