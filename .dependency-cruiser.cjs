/**
 * The architecture as rules. Each says which folder may lean on which; docs/architecture.md draws the same picture.
 */
const only = (name, from, allowed, comment) => ({
  name,
  comment,
  severity: 'error',
  from: { path: `^src/${from}/`, pathNot: '\\.(test|property)\\.ts$' },
  to: { path: '^src/', pathNot: [`^src/${from}/`, ...allowed.map((a) => `^src/${a}`)] },
});

const soleImporter = (name, packages, owners) => ({
  name,
  comment: `Only ${owners.join(', ')} may import ${packages.join(', ')}.`,
  severity: 'error',
  from: { path: '^src/', pathNot: owners.map((owner) => `^src/${owner}`) },
  to: { path: packages.map((p) => `node_modules/${p}/`) },
});

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    only('domain-is-pure', 'domain', [], 'domain imports domain alone'),
    {
      name: 'domain-imports-no-package',
      severity: 'error',
      from: { path: '^src/domain/', pathNot: '\\.(test|property)\\.ts$' },
      to: { dependencyTypes: ['npm', 'npm-dev', 'core'] },
    },
    only('calls-lean-on-domain', 'calls', ['domain/'], 'calls import domain alone'),
    only('sip-leans-on-ports', 'sip', ['domain/', 'calls/ports/'], 'an adapter knows the domain and its port'),
    only('media-leans-on-ports', 'media', ['domain/', 'calls/ports/'], 'an adapter knows the domain and its port'),
    only(
      'store-leans-on-ports',
      'store',
      ['domain/', 'calls/ports/', 'prompts/ports/', 'recordings/ports/', 'webhooks/ports/'],
      'an adapter knows the domain and its ports',
    ),
    only('webhooks-lean-on-ports', 'webhooks', ['domain/', 'calls/ports/'], 'an adapter knows the domain and its port'),
    only(
      'recordings-lean-on-ports',
      'recordings',
      ['domain/', 'calls/ports/'],
      'an adapter knows the domain and its port',
    ),
    only('geo-leans-on-domain', 'geo', ['domain/', 'calls/ports/'], 'an adapter knows the domain and its port'),
    only('reporting-reads', 'reporting', ['domain/', 'store/'], 'reports read the store'),
    only(
      'api-never-touches-sip',
      'api',
      ['domain/', 'calls/', 'prompts/', 'reporting/', 'store/', 'observability/'],
      'api stays above',
    ),
    {
      name: 'reading-starts-light',
      comment: 'a thread loads what it imports: no routes, no schemas, no web framework',
      severity: 'error',
      from: { path: '^src/api/reading/', pathNot: '\\.test\\.ts$' },
      to: { path: ['^src/api/(routes|plugins|schemas|validation)/', 'node_modules/(@?fastify|typebox)'] },
    },
    only('embedded-stands-alone', 'embedded', [], 'the stand-in engine imports nothing of the product'),
    only('prompts-lean-on-domain', 'prompts', ['domain/'], 'sound is converted without knowing whose it is'),
    only('config-leans-on-domain', 'config', ['domain/'], 'settings are parsed into domain types'),
    only(
      'observability-leans-on-domain',
      'observability',
      ['domain/', 'calls/ports/', 'webhooks/ports/'],
      'one function per business event',
    ),
    {
      name: 'app-is-the-root',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/(main|app)\\.ts$', '^src/cli/', '\\.test\\.ts$'] },
      to: { path: '^src/app\\.ts$' },
    },
    {
      name: 'embedded-is-started-only',
      comment: 'the product knows of the embedded engine how to start it and its ports, nothing else',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/embedded/' },
      to: { path: '^src/embedded/', pathNot: '^src/embedded/start-(media-)?engine\\.ts$' },
    },
    soleImporter('sip-owns-drachtio', ['drachtio-srf'], ['sip/']),
    soleImporter('media-owns-fsmrf', ['drachtio-fsmrf'], ['media/']),
    soleImporter('webhooks-own-undici', ['undici'], ['webhooks/']),
    soleImporter('store-owns-sqlite', ['better-sqlite3', 'kysely'], ['store/']),
    soleImporter('api-owns-fastify', ['fastify', '@fastify/.*'], ['api/']),
    { name: 'no-unresolved', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'no-dev-dependency-in-src',
      severity: 'error',
      from: { path: '^src/', pathNot: '\\.(test|property)\\.ts$' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
};
