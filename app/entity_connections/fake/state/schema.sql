-- The state of a fake tenant; what must hold in any case is a constraint here.
-- A blank line separates two statements.
CREATE TABLE entity (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL UNIQUE,
    display_name TEXT NOT NULL,
    parent_id TEXT REFERENCES entity (id) ON DELETE CASCADE,
    timezone TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('Provisioned', 'Unprovisioned')),
    locale TEXT NOT NULL
);

CREATE UNIQUE INDEX one_global_entity ON entity ((1)) WHERE parent_id IS NULL;

CREATE TABLE role (
    user TEXT NOT NULL,
    entity_id TEXT NOT NULL REFERENCES entity (id) ON DELETE CASCADE,
    role TEXT NOT NULL CHECK (role IN ('administrator', 'standard user')),
    PRIMARY KEY (user, entity_id)
) WITHOUT ROWID;

CREATE TABLE user (
    seq INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    username TEXT NOT NULL UNIQUE,
    client_id TEXT NOT NULL UNIQUE,
    client_secret TEXT NOT NULL,
    home_entity_id TEXT NOT NULL
);

CREATE TABLE access_request (
    user TEXT NOT NULL,
    entity_id TEXT NOT NULL REFERENCES entity (id) ON DELETE CASCADE,
    status TEXT NOT NULL CHECK (status IN ('Pending Review', 'Active', 'Access Denied')),
    PRIMARY KEY (user, entity_id)
) WITHOUT ROWID;

-- Source and target are no foreign keys: a connection may name an entity that no list shows.
CREATE TABLE connection (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    source_id TEXT NOT NULL,
    target_id TEXT NOT NULL CHECK (target_id <> source_id),
    status TEXT NOT NULL
);

CREATE UNIQUE INDEX one_active_per_pair ON connection (source_id, target_id)
    WHERE status IN ('Pending', 'Connected');

CREATE INDEX outbound ON connection (source_id);

CREATE INDEX inbound ON connection (target_id);

-- The connections of each entity, inbound and outbound: with this index a page deep in the list
-- is read without the rows before it.
CREATE TABLE connection_of_entity (
    entity_id TEXT NOT NULL,
    seq INTEGER NOT NULL,
    PRIMARY KEY (entity_id, seq)
) WITHOUT ROWID;

CREATE TRIGGER connection_added AFTER INSERT ON connection BEGIN
    INSERT INTO connection_of_entity VALUES (new.source_id, new.seq), (new.target_id, new.seq);
END;

CREATE TRIGGER connection_removed AFTER DELETE ON connection BEGIN
    DELETE FROM connection_of_entity WHERE seq = old.seq AND entity_id IN (old.source_id, old.target_id);
END;

CREATE TABLE token (
    token TEXT PRIMARY KEY,
    user TEXT NOT NULL,
    only_entity_id TEXT,
    expires REAL NOT NULL
) WITHOUT ROWID;

CREATE TABLE stored_response (
    key TEXT PRIMARY KEY,
    url TEXT NOT NULL,
    entity_and_body BLOB NOT NULL,
    status INTEGER NOT NULL,
    headers TEXT NOT NULL,
    content BLOB NOT NULL,
    expires REAL NOT NULL
) WITHOUT ROWID;

CREATE TABLE setting (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;
