/**
 * Every fault the product can report, by code: the HTTP status it becomes and what it means. The API's problem
 * documents, the logs and docs/errors.md all speak from this one table.
 */
export const ERRORS = {
  'malformed-request': { status: 400, title: 'The request could not be read' },
  unauthorized: { status: 401, title: 'An API key is needed' },
  forbidden: { status: 403, title: 'This key may not do that' },
  'not-found': { status: 404, title: 'There is no such thing' },
  'method-not-allowed': { status: 405, title: 'This method is not for this path' },
  'in-use': { status: 409, title: 'Something still refers to it' },
  duplicate: { status: 409, title: 'Another one has the same value' },
  'wrong-state': { status: 409, title: 'That can not be done to it as it stands' },
  'idempotency-conflict': { status: 409, title: 'This idempotency key was used for another request' },
  'version-conflict': { status: 412, title: 'It was changed by someone else in the meantime' },
  'body-too-large': { status: 413, title: 'The body is too large' },
  'unsupported-media-type': { status: 415, title: 'The content type is not supported' },
  'range-not-satisfiable': { status: 416, title: 'It is not that long' },
  invalid: { status: 422, title: 'The request is well formed but wrong' },
  'media-refused': { status: 422, title: 'None of the audio offered can be spoken' },
  'too-many-requests': { status: 429, title: 'Too many requests' },
  internal: { status: 500, title: 'A defect on our side' },
  'media-failed': { status: 502, title: 'The media server did not do it' },
  'media-unavailable': { status: 503, title: 'No media server can take the call' },
  'store-unavailable': { status: 503, title: 'The database can not be written' },
  'reads-unavailable': { status: 503, title: 'Lists and reports are not answered for the moment' },
  'too-many-streams': { status: 503, title: 'Too many clients follow events' },
  'not-ready': { status: 503, title: 'Not ready' },
} as const satisfies Record<string, { readonly status: number; readonly title: string }>;

export type ErrorCode = keyof typeof ERRORS;

/** One thing wrong with an input: where (a JSON Pointer) and what, and how to mend it. */
export interface InputProblem {
  readonly path: string;
  /** Of the file that the input is, counted from 1; absent where it has no lines. */
  readonly line?: number;
  readonly message: string;
}

/** A fault with a registered code. `detail` is for the person who reads it; `problems` name each wrong input. */
export class AppError extends Error {
  override readonly name = 'AppError';
  readonly code: ErrorCode;
  readonly problems: readonly InputProblem[];

  constructor(code: ErrorCode, detail: string, options: { cause?: unknown; problems?: readonly InputProblem[] } = {}) {
    super(detail, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.problems = options.problems ?? [];
  }

  /** The HTTP status this fault becomes. */
  get status(): number {
    return ERRORS[this.code].status;
  }
}
