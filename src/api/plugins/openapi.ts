import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance, FastifySchema } from 'fastify';

import { holdersOf, type Access } from '../access.ts';
import { WEBHOOK_POSTS } from '../routes/webhook-events.schema.ts';
import { problemResponses, problemSchema } from '../schemas/problem.ts';
import { IDEMPOTENCY_KEY } from './idempotency.ts';
import { SESSION_COOKIE } from './session-cookie.ts';

const INFO = `Self-hosted pay-per-call routing.

Money is an integer number of micros (1/1 000 000) of the account's currency. Times are ISO 8601 in UTC with
milliseconds. Numbers are E.164. Ids are prefixed and sort by creation. Lists are paged by cursor and stay stable while
things are added. Changes are JSON merge patches (RFC 7396), guarded by If-Match where you send it. Faults are problem
documents (RFC 9457) with a \`code\`.`;

const TAGS: Readonly<Record<string, string>> = {
  trunks: 'Carriers.',
  dids: 'Numbers we own.',
  campaigns: 'Offers.',
  publishers: 'Who produces calls.',
  buyers: 'Who pays for calls.',
  destinations: 'What can ring.',
  routes: 'Lines from campaigns to destinations.',
  areas: 'Service areas.',
  schedules: 'Opening hours.',
  blocklist: 'Refused callers.',
  prompts: 'What callers and buyers hear.',
  configuration: 'All of the above as a file.',
  calls: 'Call records.',
  'live-calls': 'Calls in progress.',
  media: 'Media servers.',
  'route-decisions': 'Who would get a call, and why.',
  reports: 'Calls, counted.',
  ledger: 'What is owed and was paid.',
  'api-keys': 'Keys to this API.',
  'audit-log': 'Who changed what.',
  session: 'Signing in with a browser.',
  webhooks: 'Who is told of calls.',
  conversions: 'What others say of calls after them.',
  erasures: 'Callers who are to be known no more.',
  health: 'For supervisors and Prometheus.',
};

/**
 * Describes every operation registered from here on in OpenAPI 3.1, from the schemas that validate it and the access
 * table that guards it, and serves the description with a page to try it on.
 */
export async function registerOpenApi(app: FastifyInstance, version: string): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Tollgate', version, description: INFO, license: { name: 'MIT', identifier: 'MIT' } },
      servers: [{ url: '/', description: 'This server' }],
      webhooks: WEBHOOK_POSTS,
      tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
      components: {
        securitySchemes: {
          apiKey: { type: 'http', scheme: 'bearer', description: 'An API key.' },
          session: {
            type: 'apiKey',
            in: 'cookie',
            name: SESSION_COOKIE,
            description: 'What `POST /v1/session` sets. Changes need the header `X-Tollgate-Session: 1` with it.',
          },
        },
      },
    },
    refResolver: { buildLocalReference: (json, _base, _fragment, index) => nameOf(json, index) },
    transform: ({ schema, url, route }) => ({
      schema: describe(
        isRepeatable(route.method, url, route.config?.access) ? addIdempotencyKey(schema) : schema,
        route.config?.access,
      ),
      url,
    }),
  });
  app.addSchema(problemSchema);
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    staticCSP: DOCS_POLICY,
    // No badge of an outside validator: the page asks nobody but this server.
    uiConfig: { layout: 'BaseLayout', docExpansion: 'none', tryItOutEnabled: true, validatorUrl: null },
  });
}

/** Swagger UI sets styles on its elements and has its icons as data; everything comes from here. */
const DOCS_POLICY = {
  'default-src': ["'self'"],
  'script-src': ["'self'"],
  'style-src': ["'self'", "'unsafe-inline'"],
  'img-src': ["'self'", 'data:'],
  'frame-ancestors': ["'self'"],
  'object-src': ["'none'"],
};

/** Serves the description where clients look for it: at the root, and beside what it describes. */
export function registerDescription(app: FastifyInstance): void {
  app.get('/openapi.json', { schema: { hide: true }, config: { access: 'public' } }, () => app.swagger());
}

function nameOf(schema: { readonly $id?: unknown }, index: number): string {
  return typeof schema.$id === 'string' ? schema.$id : `Schema${index}`;
}

/** Adds who may call an operation, from the one table that decides it, and says what a client may leave out. */
function describe(schema: FastifySchema, access: Access | undefined): FastifySchema {
  const optional = {
    ...(schema.body === undefined ? {} : { body: leaveOutDefaults(schema.body) }),
    ...(schema.querystring === undefined ? {} : { querystring: leaveOutDefaults(schema.querystring) }),
  };
  if (access === undefined || access === 'public') return { ...schema, ...optional, security: [] };
  const holders = holdersOf(access).join(', ');
  const description = `${schema.description ?? schema.summary ?? ''}\n\nRoles: ${holders} (\`${access}\`).`.trim();
  return { ...schema, ...optional, description, security: [{ apiKey: [] }, { session: [] }] };
}

function isRepeatable(method: string | readonly string[], url: string, access: Access | undefined): boolean {
  return method === 'POST' && url.startsWith('/v1/') && access !== 'public';
}

/** Says that a POST takes an idempotency key, and what is refused about one. */
function addIdempotencyKey(schema: FastifySchema): FastifySchema {
  const response = (schema.response ?? {}) as Readonly<Record<string, Documented>>;
  const conflict = problemResponses(['idempotency-conflict'])[409] as Documented;
  return {
    ...schema,
    headers: { type: 'object', properties: { [IDEMPOTENCY_KEY]: IDEMPOTENCY_KEY_FIELD } },
    response: { ...response, 409: response[409] === undefined ? conflict : joinProblems(response[409], conflict) },
  };
}

interface Documented {
  readonly description: string;
  readonly content: Readonly<Record<string, { readonly examples: object }>>;
}

function joinProblems(one: Documented, other: Documented): Documented {
  const content = Object.entries(one.content).map(([type, media]) => {
    return [type, { ...media, examples: { ...media.examples, ...other.content[type]?.examples } }] as const;
  });
  return { description: `${one.description} ${other.description}`, content: Object.fromEntries(content) };
}

const IDEMPOTENCY_KEY_FIELD = {
  type: 'string',
  minLength: 1,
  maxLength: 255,
  description:
    'Makes it safe to send this again: for 24 hours the same key gives the same answer, and nothing happens twice.',
  examples: ['6b1f0b6e-2d53-4b8c-9a44-0c3f7b1d9a10'],
};

/** A schema of what is sent: fields with a default are required once it is filled in, but not of the client. */
function leaveOutDefaults(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(leaveOutDefaults);
  if (typeof schema !== 'object' || schema === null) return schema;
  const { required, properties, ...rest } = schema as { required?: string[]; properties?: Record<string, object> };
  const other = Object.fromEntries(Object.entries(rest).map(([name, value]) => [name, leaveOutDefaults(value)]));
  if (properties === undefined) return other;
  const asked = (required ?? []).filter((name) => properties[name] !== undefined && !('default' in properties[name]));
  const inner = Object.fromEntries(Object.entries(properties).map(([name, value]) => [name, leaveOutDefaults(value)]));
  return { ...other, ...(asked.length > 0 ? { required: asked } : {}), properties: inner };
}
