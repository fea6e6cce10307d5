import type { FastifyInstance } from 'fastify';

import { AppError } from '../../domain/app-error.ts';
import type { PlanFormat, PlanText } from '../plan-file/plan-file.ts';

/** How each format may be called: YAML went by many names before RFC 9512. */
const TYPES: Readonly<Record<PlanFormat, readonly string[]>> = {
  json: ['application/json'],
  yaml: ['application/yaml', 'application/x-yaml', 'text/yaml', 'text/x-yaml'],
  csv: ['text/csv'],
};

/** Takes bodies of these formats as the text they are, for the handler to read; all others are refused (415). */
export function registerPlanBodies(app: FastifyInstance, formats: readonly PlanFormat[]): void {
  app.removeAllContentTypeParsers();
  for (const format of formats) {
    app.addContentTypeParser([...TYPES[format]], { parseAs: 'buffer' }, (_request, body, done) => {
      try {
        const text: PlanText = { format, text: new TextDecoder('utf-8', { fatal: true }).decode(body as Buffer) };
        done(null, text);
      } catch (cause) {
        done(new AppError('malformed-request', 'The body is not UTF-8: save the file as that.', { cause }), undefined);
      }
    });
  }
}
