import type { LivePlan } from './calls/live-plan.ts';
import type { ResourceStore } from './store/resource-store.ts';

/** The configuration store, where a change resolves only when new calls are decided on it. */
export function freshPlanResources(resources: ResourceStore, plan: LivePlan): ResourceStore {
  const thenRefresh = async <Result>(change: Promise<Result>): Promise<Result> => {
    const result = await change;
    await plan.refresh();
    return result;
  };
  return {
    get: (kind, id) => resources.get(kind, id),
    list: (kind, query) => resources.list(kind, query),
    readPlan: () => resources.readPlan(),
    newId: (kind) => resources.newId(kind),
    readAll: () => resources.readAll(),
    onChange: (listener) => resources.onChange(listener),
    create: (kind, fields) => thenRefresh(resources.create(kind, fields)),
    replace: (kind, id, fields, expectedRevision) => thenRefresh(resources.replace(kind, id, fields, expectedRevision)),
    changeAll: (batch) => thenRefresh(resources.changeAll(batch)),
    remove: (kind, id, expectedRevision) => thenRefresh(resources.remove(kind, id, expectedRevision)),
  };
}
