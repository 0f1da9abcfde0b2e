PRAGMA application_id = 1514488660;
PRAGMA user_version = 1;
BEGIN TRANSACTION;
CREATE TABLE access_request (
    username TEXT NOT NULL,
    entity_id TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('Pending Review', 'Active', 'Access Denied')),
    PRIMARY KEY (username, entity_id)
) WITHOUT ROWID;
CREATE TABLE connection (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    source_id TEXT NOT NULL,
    target_id TEXT NOT NULL CHECK (target_id <> source_id),
    status TEXT NOT NULL
);
INSERT INTO "connection" VALUES(1,'000000000000000000000000000000c1','8a8082556100000001610000000000e0','8a8082556100000001610000000000e1','Connected');
INSERT INTO "connection" VALUES(2,'000000000000000000000000000000c2','8a8082556100000001610000000000e3','8a8082556100000001610000000000e0','Pending');
INSERT INTO "connection" VALUES(3,'000000000000000000000000000000c3','8a8082556100000001610000000000e1','8a8082556100000001610000000000e3','Disconnected');
CREATE TABLE entity (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL UNIQUE,
    display_name BLOB NOT NULL,
    parent_id TEXT REFERENCES entity (id),
    timezone TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('Provisioned', 'Unprovisioned')),
    locale TEXT NOT NULL
);
INSERT INTO "entity" VALUES(1,'8a8082556100000001610000000000e0','Global',X'4E6F76657261',NULL,'GMT','Provisioned','en_US');
INSERT INTO "entity" VALUES(2,'8a8082556100000001610000000000e1','Novera-North',X'4E6F76657261204E6F727468','8a8082556100000001610000000000e0','Europe/Oslo','Provisioned','en_US');
INSERT INTO "entity" VALUES(3,'8a8082556100000001610000000000e2','Novera-South',X'4E6F7665726120536F757468','8a8082556100000001610000000000e0','Africa/Johannesburg','Provisioned','en_US');
INSERT INTO "entity" VALUES(4,'8a8082556100000001610000000000e3','Novera-Labs',X'4E6F76657261204C616273','8a8082556100000001610000000000e0','America/Chicago','Provisioned','en_US');
INSERT INTO "entity" VALUES(5,'8a8082556100000001610000000000e4','Novera-Studio',X'4E6F766572612053747564696F','8a8082556100000001610000000000e3','America/Chicago','Provisioned','en_US');
CREATE TABLE role (
    username TEXT NOT NULL,
    entity_id TEXT NOT NULL REFERENCES entity (id),
    role TEXT NOT NULL CHECK (role IN ('administrator', 'standard user')),
    PRIMARY KEY (username, entity_id)
) WITHOUT ROWID;
INSERT INTO "role" VALUES('alice','8a8082556100000001610000000000e0','administrator');
INSERT INTO "role" VALUES('alice','8a8082556100000001610000000000e1','administrator');
INSERT INTO "role" VALUES('alice','8a8082556100000001610000000000e2','administrator');
INSERT INTO "role" VALUES('alice','8a8082556100000001610000000000e3','administrator');
INSERT INTO "role" VALUES('alice','8a8082556100000001610000000000e4','administrator');
INSERT INTO "role" VALUES('bruno','8a8082556100000001610000000000e1','administrator');
INSERT INTO "role" VALUES('carol','8a8082556100000001610000000000e0','standard user');
INSERT INTO "role" VALUES('carol','8a8082556100000001610000000000e1','standard user');
INSERT INTO "role" VALUES('carol','8a8082556100000001610000000000e3','standard user');
CREATE TABLE setting (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;
INSERT INTO "setting" VALUES('faults','[]');
INSERT INTO "setting" VALUES('policy.again','new-record');
INSERT INTO "setting" VALUES('policy.denied','disconnected');
INSERT INTO "setting" VALUES('policy.duplicate','refused');
INSERT INTO "setting" VALUES('policy.reused-key','replayed');
INSERT INTO "setting" VALUES('policy.twice','refused');
INSERT INTO "setting" VALUES('policy.withdrawal','refused');
INSERT INTO "setting" VALUES('scenario','');
INSERT INTO "setting" VALUES('start','{"tenant_id": "7001", "policy": {"denied": "disconnected", "again": "new-record", "withdrawal": "refused", "duplicate": "refused", "twice": "refused", "reused-key": "replayed"}, "entities": [{"name": "Global", "id": "8a8082556100000001610000000000e0", "display_name": "Novera", "timezone": "GMT", "locale": "en_US", "status": "Provisioned"}, {"name": "Novera-North", "id": "8a8082556100000001610000000000e1", "display_name": "Novera North", "parent": "Global", "timezone": "Europe/Oslo", "locale": "en_US", "status": "Provisioned"}, {"name": "Novera-South", "id": "8a8082556100000001610000000000e2", "display_name": "Novera South", "parent": "Global", "timezone": "Africa/Johannesburg", "locale": "en_US", "status": "Provisioned"}, {"name": "Novera-Labs", "id": "8a8082556100000001610000000000e3", "display_name": "Novera Labs", "parent": "Global", "timezone": "America/Chicago", "locale": "en_US", "status": "Provisioned"}, {"name": "Novera-Studio", "id": "8a8082556100000001610000000000e4", "display_name": "Novera Studio", "parent": "Novera-Labs", "timezone": "America/Chicago", "locale": "en_US", "status": "Provisioned"}], "users": [{"username": "alice", "login": "alice@novera.example", "client_id": "000a11ce-fa4e-4000-8000-00000000cafe", "client_secret": "not/a+secret=alice", "home": "Global", "administrator": ["*"], "standard_user": []}, {"username": "bruno", "login": "bruno@novera.example", "client_id": "000a11cf-fa4e-4000-8000-00000000cafe", "client_secret": "not/a+secret=bruno", "home": "Novera-North", "administrator": ["Novera-North"], "standard_user": []}, {"username": "carol", "login": "carol@novera.example", "client_id": "000a11d0-fa4e-4000-8000-00000000cafe", "client_secret": "not/a+secret=carol", "home": "Global", "administrator": [], "standard_user": ["Global", "Novera-North", "Novera-Labs"]}], "connections": [{"source": "Global", "target": "Novera-North", "status": "Connected", "id": "000000000000000000000000000000c1"}, {"source": "Novera-Labs", "target": "Global", "status": "Pending", "id": "000000000000000000000000000000c2"}, {"source": "Novera-North", "target": "Novera-Labs", "status": "Disconnected", "id": "000000000000000000000000000000c3"}], "access_requests": []}');
INSERT INTO "setting" VALUES('tenant id','7001');
CREATE TABLE stored_answer (
    key TEXT PRIMARY KEY,
    call TEXT NOT NULL,
    asked BLOB NOT NULL,
    status INTEGER NOT NULL,
    headers TEXT NOT NULL,
    body BLOB NOT NULL,
    expires REAL NOT NULL
) WITHOUT ROWID;
CREATE TABLE token (
    token TEXT PRIMARY KEY,
    username TEXT NOT NULL,
    only_entity_id TEXT,
    expires REAL NOT NULL
) WITHOUT ROWID;
CREATE TABLE user (
    seq INTEGER PRIMARY KEY,
    username TEXT NOT NULL UNIQUE,
    login TEXT NOT NULL UNIQUE,
    client_id TEXT NOT NULL UNIQUE,
    client_secret TEXT NOT NULL,
    home_entity_id TEXT NOT NULL
);
INSERT INTO "user" VALUES(1,'alice','alice@novera.example','000a11ce-fa4e-4000-8000-00000000cafe','not/a+secret=alice','8a8082556100000001610000000000e0');
INSERT INTO "user" VALUES(2,'bruno','bruno@novera.example','000a11cf-fa4e-4000-8000-00000000cafe','not/a+secret=bruno','8a8082556100000001610000000000e1');
INSERT INTO "user" VALUES(3,'carol','carol@novera.example','000a11d0-fa4e-4000-8000-00000000cafe','not/a+secret=carol','8a8082556100000001610000000000e0');
CREATE UNIQUE INDEX one_global_entity ON entity ((1)) WHERE parent_id IS NULL;
CREATE UNIQUE INDEX one_living_per_pair ON connection (source_id, target_id)
    WHERE status IN ('Pending', 'Connected');
CREATE INDEX outbound ON connection (source_id);
CREATE INDEX inbound ON connection (target_id);
COMMIT;
