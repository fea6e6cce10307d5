import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Static, TObject } from 'typebox';

import { AppError, type InputProblem } from '../../domain/app-error.ts';
import type { IsoInstant } from '../../domain/time.ts';
import { canonicalJson } from '../../store/canonical-json.ts';
import type { ListQuery, Resources, ResourceKind, Stored } from '../../store/resource-store.ts';
import { etagOf, requireMatch } from '../etag.ts';
import { mergePatch } from '../merge-patch.ts';
import { leaveNoEntry } from '../plugins/audit-trail.ts';
import { JSON_TYPES } from '../plugins/body-parser.ts';
import type { ApiDeps } from '../ports.ts';
import { compilePatchValidator, createValidator, invalid } from '../validation/validator.ts';
import { storedFields } from '../schemas/resource.ts';
import { exampleId } from '../schemas/fields.ts';
import type { Collection, Filters } from './collection.ts';
import { describeCollection, type IdParams } from './describe-collection.ts';
import { surroundingsOf, type Saving } from './surroundings.ts';

const SAMPLE_STEWARDSHIP = {
  createdAt: '2026-11-21T14:03:05.123Z' as IsoInstant,
  updatedAt: '2026-11-21T14:03:05.123Z' as IsoInstant,
  revision: 1,
  archived: false,
};

/** How often a patch is made anew on what someone else has changed meanwhile. */
const PATCH_TRIES = 5;

/** Puts one collection's five operations at `/<kind>`. */
export function registerCollection<Kind extends ResourceKind, Fields extends TObject>(
  app: FastifyInstance,
  collection: Collection<Kind, Fields>,
  { resources, gazetteer, mediaServer, clock }: Pick<ApiDeps, 'resources' | 'gazetteer' | 'mediaServer' | 'clock'>,
): void {
  const { kind } = collection;
  const docs = describeCollection(collection, makeSample());
  const validateStored = createValidator(storedFields(collection.fields));
  app.addSchema(docs.resource);

  app.post(`/${kind}`, { schema: docs.create, config: { access: 'configuration:write' } }, async (request, reply) => {
    const resource = parse(request.body as Static<Fields>);
    await check({ id: null, resource, before: undefined });
    const stored = await resources.create(kind, resource);
    return answer(reply.code(201).header('location', `/v1/${kind}/${stored.id}`), stored);
  });

  app.get<{ Querystring: ListParams }>(
    `/${kind}`,
    { schema: docs.list, config: { access: 'configuration:read' } },
    async (request) => {
      const page = await resources.list(kind, readListQuery(request.query));
      return { data: page.data.map(show), nextCursor: page.nextCursor };
    },
  );

  app.get<{ Params: IdParams }>(
    `/${kind}/:id`,
    { schema: docs.read, config: { access: 'configuration:read' } },
    async (request, reply) => answer(reply, await resources.get(kind, request.params.id)),
  );

  app.patch<{ Params: IdParams }>(
    `/${kind}/:id`,
    {
      schema: { ...docs.change, consumes: JSON_TYPES },
      config: { access: 'configuration:write' },
      validatorCompiler: compilePatchValidator,
    },
    async (request, reply) => {
      const patched = await patch(request.params.id, request.body as object, request.headers['if-match']);
      if (!patched.changed) leaveNoEntry(request);
      return answer(reply, patched.stored);
    },
  );

  app.delete<{ Params: IdParams }>(
    `/${kind}/:id`,
    { schema: docs.remove, config: { access: 'configuration:write' } },
    async (request, reply) => {
      const { id } = request.params;
      const ifMatch = request.headers['if-match'];
      if (ifMatch === undefined) await resources.remove(kind, id);
      else {
        const { revision } = await resources.get(kind, id);
        requireMatch(ifMatch, revision);
        await resources.remove(kind, id, revision);
      }
      return reply.code(204).send();
    },
  );

  /**
   * Reads, merges, validates the whole and writes, where that makes it another; begins again where someone else wrote in
   * between.
   */
  async function patch(id: string, changes: object, ifMatch: string | undefined): Promise<Patched<Kind>> {
    for (let tries = 1; ; tries += 1) {
      const current = await resources.get(kind, id);
      requireMatch(ifMatch, current.revision);
      const merged = mergePatch({ ...writable(current), archived: current.archived }, changes);
      const validated = validateStored(merged);
      if (!validated.ok) throw validated.error;
      const { archived, ...fields } = validated.value as { archived: boolean };
      const resource = parse(fields as Static<Fields>);
      if (archived === current.archived && canonicalJson(resource) === canonicalJson(ownFields<Kind>(current))) {
        return { stored: current, changed: false };
      }
      if (!archived) await check({ id, resource, before: current.archived ? undefined : ownFields<Kind>(current) });
      try {
        const stored = await resources.replace(kind, id, { ...resource, archived }, current.revision);
        return { stored, changed: true };
      } catch (error) {
        const lostRace = error instanceof AppError && error.code === 'version-conflict';
        if (!lostRace || ifMatch !== undefined || tries === PATCH_TRIES) throw error;
      }
    }
  }

  /** The collection's example, taken the way a request takes, so that the API's description can't say anything else. */
  function makeSample(): object {
    const validated = createValidator(collection.fields)(structuredClone(collection.example));
    if (!validated.ok) throw validated.error;
    return show({ id: exampleId(collection.idPrefix), ...parse(validated.value), ...SAMPLE_STEWARDSHIP } as Stored<
      Resources[Kind]
    >);
  }

  function parse(fields: Static<Fields>): Omit<Resources[Kind], 'id'> {
    return orInvalid(collection.parse(fields, { gazetteer, mediaServer }));
  }

  /** @throws AppError `invalid` where it doesn't go together with the others */
  async function check(saving: Saving<Resources[Kind]>): Promise<void> {
    const problems = await collection.check?.(
      saving,
      surroundingsOf(resources, () => clock.now().wall, saving),
    );
    if (problems !== undefined && problems.length > 0) throw invalid(problems);
  }

  function readListQuery({ limit, cursor, ...filters }: ListParams): ListQuery {
    const read = collection.readFilters ? orInvalid(collection.readFilters(filters)) : filters;
    return { limit, filters: read, ...(cursor === undefined ? {} : { cursor }) };
  }

  function writable(stored: Stored<Resources[Kind]>): object {
    const own = ownFields<Kind>(stored);
    return collection.unparse ? collection.unparse(own) : own;
  }

  function show(stored: Stored<Resources[Kind]>): object {
    const { id, createdAt, updatedAt, revision, archived } = stored;
    const own = collection.present ? collection.present(ownFields<Kind>(stored)) : writable(stored);
    return { id, ...own, createdAt, updatedAt, revision, archived };
  }

  function answer(reply: FastifyReply, stored: Stored<Resources[Kind]>): object {
    void reply.header('etag', etagOf(stored.revision));
    return show(stored);
  }
}

/** What a patch came to: the resource as it is now, and whether it is another than before. */
interface Patched<Kind extends ResourceKind> {
  readonly stored: Stored<Resources[Kind]>;
  readonly changed: boolean;
}

type ListParams = Filters & { readonly limit: number; readonly cursor?: string };

/** The resource without what the store keeps beside it. */
function ownFields<Kind extends ResourceKind>(stored: Stored<Resources[Kind]>): Omit<Resources[Kind], 'id'> {
  const {
    id: _id,
    createdAt: _created,
    updatedAt: _updated,
    revision: _revision,
    archived: _archived,
    ...own
  } = stored;
  return own as unknown as Omit<Resources[Kind], 'id'>;
}

/** @throws AppError `invalid` where there are problems instead of a value */
function orInvalid<Value extends object>(parsed: Value | readonly InputProblem[]): Value {
  if (isProblems(parsed)) throw invalid(parsed);
  return parsed;
}

function isProblems(parsed: object): parsed is readonly InputProblem[] {
  return Array.isArray(parsed);
}
