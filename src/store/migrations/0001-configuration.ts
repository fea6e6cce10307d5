import type { Migration } from './migration.ts';

/**
 * One table per kind of thing an operator configures. `doc` holds its own fields as JSON; what it refers to and what
 * lists filter by are columns generated from it, so that the two can't disagree. References are foreign keys.
 */
export const configuration: Migration = {
  version: 1,
  name: 'configuration',
  sql: `
CREATE TABLE meta (key TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO meta (key, value) VALUES ('plan_version', 1);

CREATE TABLE trunks (
  id TEXT PRIMARY KEY, doc TEXT NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL,
  revision INTEGER NOT NULL, archived INTEGER NOT NULL,
  name TEXT GENERATED ALWAYS AS (doc ->> '$.name'),
  enabled INTEGER GENERATED ALWAYS AS (doc ->> '$.enabled')
) STRICT;
CREATE INDEX trunks_by_name ON trunks (name, id);

CREATE TABLE publishers (
  id TEXT PRIMARY KEY, doc TEXT NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL,
  revision INTEGER NOT NULL, archived INTEGER NOT NULL,
  name TEXT GENERATED ALWAYS AS (doc ->> '$.name')
) STRICT;
CREATE INDEX publishers_by_name ON publishers (name, id);

CREATE TABLE buyers (
  id TEXT PRIMARY KEY, doc TEXT NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL,
  revision INTEGER NOT NULL, archived INTEGER NOT NULL,
  name TEXT GENERATED ALWAYS AS (doc ->> '$.name'),
  status TEXT GENERATED ALWAYS AS (doc ->> '$.status')
) STRICT;
CREATE INDEX buyers_by_name ON buyers (name, id);
CREATE INDEX buyers_by_status ON buyers (status, id);

CREATE TABLE areas (
  id TEXT PRIMARY KEY, doc TEXT NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL,
  revision INTEGER NOT NULL, archived INTEGER NOT NULL,
  name TEXT GENERATED ALWAYS AS (doc ->> '$.name')
) STRICT;
CREATE INDEX areas_by_name ON areas (name, id);

CREATE TABLE schedules (
  id TEXT PRIMARY KEY, doc TEXT NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL,
  revision INTEGER NOT NULL, archived INTEGER NOT NULL,
  name TEXT GENERATED ALWAYS AS (doc ->> '$.name'),
  timezone TEXT GENERATED ALWAYS AS (doc ->> '$.timezone')
) STRICT;
CREATE INDEX schedules_by_name ON schedules (name, id);

CREATE TABLE blocklist (
  id TEXT PRIMARY KEY, doc TEXT NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL,
  revision INTEGER NOT NULL, archived INTEGER NOT NULL,
  match TEXT GENERATED ALWAYS AS (doc ->> '$.match')
) STRICT;
CREATE INDEX blocklist_by_match ON blocklist (match, id);

CREATE TABLE destinations (
  id TEXT PRIMARY KEY, doc TEXT NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL,
  revision INTEGER NOT NULL, archived INTEGER NOT NULL,
  buyer_id TEXT GENERATED ALWAYS AS (doc ->> '$.buyerId') STORED NOT NULL REFERENCES buyers (id),
  trunk_id TEXT GENERATED ALWAYS AS (doc ->> '$.trunkId') STORED REFERENCES trunks (id),
  name TEXT GENERATED ALWAYS AS (doc ->> '$.name'),
  uri TEXT GENERATED ALWAYS AS (doc ->> '$.uri'),
  enabled INTEGER GENERATED ALWAYS AS (doc ->> '$.enabled')
) STRICT;
CREATE INDEX destinations_by_buyer ON destinations (buyer_id, id);
CREATE INDEX destinations_by_trunk ON destinations (trunk_id, id);
CREATE INDEX destinations_by_name ON destinations (name, id);

CREATE TABLE campaigns (
  id TEXT PRIMARY KEY, doc TEXT NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL,
  revision INTEGER NOT NULL, archived INTEGER NOT NULL,
  forward_destination_id TEXT
    GENERATED ALWAYS AS (doc ->> '$.afterHours.destinationId') STORED REFERENCES destinations (id),
  name TEXT GENERATED ALWAYS AS (doc ->> '$.name'),
  vertical TEXT GENERATED ALWAYS AS (doc ->> '$.vertical'),
  status TEXT GENERATED ALWAYS AS (doc ->> '$.status')
) STRICT;
CREATE INDEX campaigns_by_forward_destination ON campaigns (forward_destination_id, id);
CREATE INDEX campaigns_by_name ON campaigns (name, id);
CREATE INDEX campaigns_by_vertical ON campaigns (vertical, id);
CREATE INDEX campaigns_by_status ON campaigns (status, id);

CREATE TABLE dids (
  id TEXT PRIMARY KEY, doc TEXT NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL,
  revision INTEGER NOT NULL, archived INTEGER NOT NULL,
  campaign_id TEXT GENERATED ALWAYS AS (doc ->> '$.campaignId') STORED NOT NULL REFERENCES campaigns (id),
  publisher_id TEXT GENERATED ALWAYS AS (doc ->> '$.publisherId') STORED REFERENCES publishers (id),
  number TEXT GENERATED ALWAYS AS (doc ->> '$.number') STORED NOT NULL,
  label TEXT GENERATED ALWAYS AS (doc ->> '$.label'),
  enabled INTEGER GENERATED ALWAYS AS (doc ->> '$.enabled')
) STRICT;
CREATE UNIQUE INDEX dids_unique_number ON dids (number) WHERE archived = 0;
CREATE INDEX dids_by_number ON dids (number, id);
CREATE INDEX dids_by_campaign ON dids (campaign_id, id);
CREATE INDEX dids_by_publisher ON dids (publisher_id, id);
CREATE INDEX dids_by_label ON dids (label, id);

CREATE TABLE routes (
  id TEXT PRIMARY KEY, doc TEXT NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL,
  revision INTEGER NOT NULL, archived INTEGER NOT NULL,
  campaign_id TEXT GENERATED ALWAYS AS (doc ->> '$.campaignId') STORED NOT NULL REFERENCES campaigns (id),
  destination_id TEXT GENERATED ALWAYS AS (doc ->> '$.destinationId') STORED NOT NULL REFERENCES destinations (id),
  area_id TEXT GENERATED ALWAYS AS (doc ->> '$.areaId') STORED REFERENCES areas (id),
  schedule_id TEXT GENERATED ALWAYS AS (doc ->> '$.scheduleId') STORED REFERENCES schedules (id),
  priority INTEGER GENERATED ALWAYS AS (doc ->> '$.priority'),
  enabled INTEGER GENERATED ALWAYS AS (doc ->> '$.enabled')
) STRICT;
CREATE INDEX routes_by_campaign ON routes (campaign_id, id);
CREATE INDEX routes_by_destination ON routes (destination_id, id);
CREATE INDEX routes_by_area ON routes (area_id, id);
CREATE INDEX routes_by_schedule ON routes (schedule_id, id);
`,
};
