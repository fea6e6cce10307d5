import { Type, type TProperties } from 'typebox';

import { ERRORS, type ErrorCode } from '../../domain/app-error.ts';
import { PROBLEM_TYPE } from '../plugins/problems.ts';

/** A problem document (RFC 9457), as a shared schema. */
export const problemSchema = Type.Object(
  {
    type: Type.String({ description: 'A URI that names the kind of problem.' }),
    title: Type.String({ description: 'The kind of problem, in words.' }),
    status: Type.Integer({ description: 'The HTTP status.' }),
    code: Type.Unsafe<ErrorCode>({ type: 'string', enum: Object.keys(ERRORS), description: 'The code to act on.' }),
    detail: Type.String({ description: 'What is wrong this time, and how to mend it.' }),
    errors: Type.Optional(
      Type.Array(
        Type.Object({
          path: Type.String({ description: 'JSON Pointer (RFC 6901) to the field or query parameter.' }),
          line: Type.Optional(Type.Integer({ description: 'The line of the file that was sent, counted from 1.' })),
          message: Type.String({ description: 'What is wrong there, and how to mend it.' }),
        }),
        { description: 'Every wrong input.' },
      ),
    ),
  },
  { $id: 'Problem', description: 'A problem document (RFC 9457).' },
);

/** What a problem says beside what all of them do (RFC 9457 section 3.2), with an example of it. */
interface Extension {
  readonly properties: TProperties;
  readonly example: object;
}

/** What each fault looks like in the API's description. */
export function problemResponses(codes: readonly ErrorCode[], extension?: Extension): Record<number, object> {
  const schema = extension
    ? Type.Object({ ...problemSchema.properties, ...extension.properties })
    : Type.Ref('Problem#');
  const byStatus = Map.groupBy(codes, (code) => ERRORS[code].status);
  return Object.fromEntries(
    [...byStatus].map(([status, ofStatus]) => [
      status,
      {
        description: ofStatus.map((code) => `\`${code}\`: ${ERRORS[code].title}.`).join(' '),
        content: {
          [PROBLEM_TYPE]: {
            schema,
            examples: Object.fromEntries(
              ofStatus.map((code) => [code, { value: { ...exampleProblem(code), ...extension?.example } }]),
            ),
          },
        },
      },
    ]),
  );
}

function exampleProblem(code: ErrorCode): object {
  const { status, title } = ERRORS[code];
  const problem = { type: `urn:tollgate:error:${code}`, title, status, code, detail: `${title}.` };
  if (code !== 'invalid') return problem;
  const message = 'Write 1 or more.';
  return { ...problem, detail: `/weight: ${message}`, errors: [{ path: '/weight', message }] };
}
