/** One part of a form: text, or a file where it has a filename. */
export interface FormPart {
  readonly name: string;
  readonly content: string | Buffer;
  readonly filename?: string;
  readonly type?: string;
}

const BOUNDARY = '----a-boundary-of-no-file';

/** What says that a body is such a form. */
export const FORM_TYPE = `multipart/form-data; boundary=${BOUNDARY}`;

/** A form as browsers send it (RFC 7578). */
export function multipartForm(parts: readonly FormPart[]): Buffer {
  const written = parts.map(({ name, content, filename, type }) => {
    const named = `form-data; name="${name}"${filename === undefined ? '' : `; filename="${filename}"`}`;
    const head = `Content-Disposition: ${named}${type === undefined ? '' : `\r\nContent-Type: ${type}`}`;
    return Buffer.concat([Buffer.from(`--${BOUNDARY}\r\n${head}\r\n\r\n`), Buffer.from(content), Buffer.from('\r\n')]);
  });
  return Buffer.concat([...written, Buffer.from(`--${BOUNDARY}--\r\n`)]);
}
