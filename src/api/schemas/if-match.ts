import { Type } from 'typebox';

/** The header of a change that is only to be made to what its sender has seen (RFC 9110 section 13.1.1). */
export const ifMatchHeader = Type.Object({
  'if-match': Type.Optional(
    Type.String({ description: 'Only if the ETag is still this one, else 412.', examples: ['"1"'] }),
  ),
});
