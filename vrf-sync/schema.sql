-- SPDX-License-Identifier: GPL-2.0-or-later
--
-- The tenant database of frr-tenant, schema version 3 (SQLite 3.39 or newer).
--
-- Anyone may write these tables, with tenantctl or with plain SQL: tenantd on
-- every node sees a commit within milliseconds and brings its node in step.
-- Constraints refuse what SQL can judge by itself; what it cannot (overlapping
-- subnets, a gateway outside its subnet) tenantd judges, and holds the tenant
-- concerned with one plain reason while every other tenant is served.
--
-- Ids are stable and never reused: table ids, RDs, RTs, VNIs, VLANs and
-- transit addresses are derived from them, so that every node comes to the
-- same numbers without asking another.  A column named in "override" replaces
-- the derived number for one row.
--
-- Prefixes and addresses are text of either family: '10.1.1.0/24',
-- '2001:db8::/64', '10.1.1.1'.  Names are letters, digits, '-', '_' and '.',
-- beginning with a letter or digit, at most 63 characters.

PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
PRAGMA foreign_keys = ON;

BEGIN;

-- One row: which version of this file made the database.
CREATE TABLE schema_version (
	version INTEGER NOT NULL
) STRICT;
INSERT INTO schema_version VALUES (3);

-- One row: what holds for the whole provider.
CREATE TABLE provider (
	id          INTEGER PRIMARY KEY CHECK (id = 1),
	asn         INTEGER NOT NULL DEFAULT 65000      -- AS number of the backbone; first half of every RT
		CHECK (asn BETWEEN 1 AND 4294967295),
	nssa_area   INTEGER NOT NULL DEFAULT 51         -- OSPF area between DLR and edge (0 is the backbone)
		CHECK (nssa_area BETWEEN 1 AND 4294967295),
	vpn_tag     INTEGER                             -- VPN route tag; NULL: 0xD0000000 | AS, RFC 4577 4.2.5.2
		CHECK (vpn_tag BETWEEN 1 AND 4294967295),
	table_base  INTEGER NOT NULL DEFAULT 1000       -- kernel table of a VRF = table_base + tenant id
		CHECK (table_base BETWEEN 256 AND 2000000000),
	vni_base    INTEGER NOT NULL DEFAULT 100000     -- VNI of a switch = vni_base + switch id
		CHECK (vni_base BETWEEN 0 AND 16777214),
	leak_base   INTEGER NOT NULL DEFAULT 1000000    -- RT of leaks to a tenant = asn:(leak_base + its id)
		CHECK (leak_base BETWEEN 1 AND 4000000000),
	ospf_hello  INTEGER NOT NULL DEFAULT 1          -- seconds, on transit and uplink
		CHECK (ospf_hello BETWEEN 1 AND 60),
	ospf_dead   INTEGER NOT NULL DEFAULT 4          -- seconds
		CHECK (ospf_dead BETWEEN 2 AND 240),
	vrrp_interval INTEGER NOT NULL DEFAULT 1000     -- milliseconds between a master's advertisements
		CHECK (vrrp_interval BETWEEN 10 AND 40950 AND vrrp_interval % 10 = 0),
	evpn        INTEGER NOT NULL DEFAULT 0          -- bgpd of each DLR says which MAC is where; its sessions are yours
		CHECK (evpn IN (0, 1))
) STRICT;
INSERT INTO provider (id) VALUES (1);

-- Where transit and uplink prefixes come from.  The prefix of tenant T on
-- wire W is number (T.id - 1) * wires + (W.id - 1) of the pool.
CREATE TABLE pool (
	kind        TEXT PRIMARY KEY CHECK (kind IN ('transit', 'uplink')),
	prefix      TEXT NOT NULL,                      -- the whole pool
	length      INTEGER NOT NULL CHECK (length BETWEEN 8 AND 127),  -- of each prefix taken from it
	wires       INTEGER NOT NULL CHECK (wires BETWEEN 1 AND 65535)  -- how many wires it is shared by
) STRICT;
INSERT INTO pool VALUES ('transit', '100.64.0.0/11', 29, 16);
INSERT INTO pool VALUES ('uplink', '100.96.0.0/11', 30, 32);

-- Address space that no tenant may ever announce (management, loopbacks, pools).
CREATE TABLE reserved (
	prefix      TEXT PRIMARY KEY,
	what        TEXT NOT NULL DEFAULT ''
) STRICT;
INSERT INTO reserved VALUES ('100.64.0.0/10', 'transit and uplink pools');
INSERT INTO reserved VALUES ('127.0.0.0/8', 'loopback');
INSERT INTO reserved VALUES ('169.254.0.0/16', 'link local');
INSERT INTO reserved VALUES ('224.0.0.0/3', 'multicast and above');

-- Ports that nobody publishes on a public address: the provider's own way in.
CREATE TABLE reserved_port (
	protocol    TEXT NOT NULL CHECK (protocol IN ('tcp', 'udp')),
	port        INTEGER NOT NULL CHECK (port BETWEEN 1 AND 65535),
	what        TEXT NOT NULL DEFAULT '',
	PRIMARY KEY (protocol, port)
) STRICT;
INSERT INTO reserved_port VALUES ('tcp', 22, 'management');

-- A place: a data centre, or a point of presence with a PE.
CREATE TABLE site (
	id          INTEGER PRIMARY KEY AUTOINCREMENT,
	name        TEXT NOT NULL UNIQUE
		CHECK (length(name) BETWEEN 1 AND 63 AND name NOT GLOB '*[^A-Za-z0-9._-]*'
			AND name GLOB '[A-Za-z0-9]*'),
	locale      TEXT NOT NULL DEFAULT '',           -- locale id for local egress; '' is the site's own
	state       TEXT NOT NULL DEFAULT 'active'      -- 'evacuated': its edges are not used, and what is at several sites has
		CHECK (state IN ('active', 'leaving', 'evacuated')) -- its gateway elsewhere; 'leaving': it gives it up
) STRICT;

-- A provider node that runs tenantd (its name is the one in tenantd.conf).
CREATE TABLE node (
	id          INTEGER PRIMARY KEY AUTOINCREMENT,
	name        TEXT NOT NULL UNIQUE
		CHECK (length(name) BETWEEN 1 AND 63 AND name NOT GLOB '*[^A-Za-z0-9._-]*'
			AND name GLOB '[A-Za-z0-9]*'),
	site_id     INTEGER NOT NULL REFERENCES site (id),
	router_id   TEXT NOT NULL UNIQUE,               -- of every instance; first half of RDs; next hop of a PE's VPN routes
	vtep        TEXT UNIQUE                         -- VXLAN source, may be that next hop too; NULL: no VXLAN on this node
) STRICT;

-- What a node does.  One node may have any of the roles, or all.
CREATE TABLE node_role (
	node_id     INTEGER NOT NULL REFERENCES node (id) ON DELETE CASCADE,
	role        TEXT NOT NULL CHECK (role IN ('dlr', 'edge', 'pe')),
	PRIMARY KEY (node_id, role)
) STRICT;

-- An Ethernet segment between nodes that carries one VLAN for each tenant.
-- 'transit' joins the DLRs and edges of a site; 'uplink' one edge and one PE,
-- or two edges, each of which is then the other's way around.
-- The VLAN of tenant T is vlan_base + T.id, at most vlan_max.
CREATE TABLE wire (
	id          INTEGER PRIMARY KEY AUTOINCREMENT,
	name        TEXT NOT NULL UNIQUE
		CHECK (length(name) BETWEEN 1 AND 63 AND name NOT GLOB '*[^A-Za-z0-9._-]*'
			AND name GLOB '[A-Za-z0-9]*'),
	site_id     INTEGER NOT NULL REFERENCES site (id),
	kind        TEXT NOT NULL CHECK (kind IN ('transit', 'uplink')),
	encap       TEXT NOT NULL DEFAULT 'vlan' CHECK (encap IN ('vlan')),
	vlan_base   INTEGER NOT NULL DEFAULT 100 CHECK (vlan_base BETWEEN 0 AND 4093),
	vlan_max    INTEGER NOT NULL DEFAULT 4094 CHECK (vlan_max BETWEEN 1 AND 4094),
	mtu         INTEGER NOT NULL DEFAULT 1600 CHECK (mtu BETWEEN 1280 AND 65535),
	bfd         INTEGER NOT NULL DEFAULT 0 CHECK (bfd IN (0, 1)),   -- bfdd watches OSPF on it, in every tenant's VLAN
	ospf_key    TEXT                                -- authenticates OSPF on it (MD5); NULL: nothing does
		CHECK (length(ospf_key) BETWEEN 8 AND 16 AND ospf_key NOT GLOB '*[^A-Za-z0-9._-]*'
			AND ospf_key GLOB '[A-Za-z0-9]*'),
	CHECK (vlan_base < vlan_max)
) STRICT;

-- Where a node meets a wire.  The slot is the node's address within every
-- tenant's prefix on that wire: slot 1 of 100.64.0.0/29 is 100.64.0.1.
CREATE TABLE wire_port (
	id          INTEGER PRIMARY KEY AUTOINCREMENT,
	wire_id     INTEGER NOT NULL REFERENCES wire (id) ON DELETE CASCADE,
	node_id     INTEGER NOT NULL REFERENCES node (id) ON DELETE CASCADE,
	ifname      TEXT NOT NULL                       -- the trunk; at most 10 characters, '.VLAN' is added
		CHECK (length(ifname) BETWEEN 1 AND 10 AND ifname NOT GLOB '*[^A-Za-z0-9_-]*'
			AND ifname GLOB '[A-Za-z0-9]*'),
	slot        INTEGER NOT NULL CHECK (slot BETWEEN 1 AND 254),
	UNIQUE (wire_id, node_id),
	UNIQUE (wire_id, slot)
) STRICT;

-- A customer.  Its VRF carries the tenant's name on every node.
CREATE TABLE tenant (
	id          INTEGER PRIMARY KEY AUTOINCREMENT CHECK (id BETWEEN 1 AND 4294967295),
	name        TEXT NOT NULL UNIQUE
		CHECK (length(name) BETWEEN 1 AND 63 AND name NOT GLOB '*[^A-Za-z0-9._-]*'
			AND name GLOB '[A-Za-z0-9]*'),
	vrf         TEXT UNIQUE                         -- override; needed when the name is over 15 characters
		CHECK (length(vrf) BETWEEN 1 AND 15 AND vrf NOT GLOB '*[^A-Za-z0-9._-]*'
			AND vrf GLOB '[A-Za-z0-9]*'),
	table_id    INTEGER UNIQUE                      -- override of the kernel table
		CHECK (table_id BETWEEN 256 AND 4294967295),
	rd_number   INTEGER UNIQUE                      -- override of the tenant id in RD <router id>:<number>
		CHECK (rd_number BETWEEN 1 AND 65535),
	rt_number   INTEGER UNIQUE                      -- override of the tenant id in RT <asn>:<number>
		CHECK (rt_number BETWEEN 1 AND 4294967295),
	max_routes  INTEGER NOT NULL DEFAULT 1000 CHECK (max_routes BETWEEN 1 AND 10000000),
	egress      TEXT NOT NULL DEFAULT 'local'       -- of switches at several sites: 'local', at each by its own edges;
		CHECK (egress IN ('local', 'active')),      -- 'active', at active_site alone, the others stand by.  For life
	active_site_id   INTEGER REFERENCES site (id),
	recovery_site_id INTEGER REFERENCES site (id),  -- where the tenant's switches of one site are kept ready
	recovery_priority INTEGER NOT NULL DEFAULT 3    -- "failover --all" takes 1 first, and the next when that has ended
		CHECK (recovery_priority BETWEEN 1 AND 5),
	bubble_of   INTEGER UNIQUE                      -- a test bubble of this tenant, which nothing leads out of
		REFERENCES tenant (id) ON DELETE CASCADE,
	description TEXT NOT NULL DEFAULT '',           -- free text; never reaches a router
	CHECK (egress = 'local' OR active_site_id IS NOT NULL)
) STRICT;

-- Customers rely on where their traffic leaves: it is chosen when a tenant is made.
CREATE TRIGGER tenant_egress BEFORE UPDATE OF egress ON tenant WHEN NEW.egress <> OLD.egress BEGIN
	SELECT RAISE (ABORT, 'egress of a tenant is chosen once; make another tenant for the other way');
END;

-- The address space a tenant may announce.  None: anything but reserved space.
CREATE TABLE aggregate (
	tenant_id   INTEGER NOT NULL REFERENCES tenant (id) ON DELETE CASCADE,
	prefix      TEXT NOT NULL,
	PRIMARY KEY (tenant_id, prefix)
) STRICT;

-- Which node serves a tenant, in which role.
CREATE TABLE attachment (
	id          INTEGER PRIMARY KEY AUTOINCREMENT,
	tenant_id   INTEGER NOT NULL REFERENCES tenant (id) ON DELETE CASCADE,
	node_id     INTEGER NOT NULL,
	role        TEXT NOT NULL,
	UNIQUE (tenant_id, node_id, role),
	FOREIGN KEY (node_id, role) REFERENCES node_role (node_id, role)
) STRICT;

-- Overrides for one tenant on one wire; without a row all of it is derived.
CREATE TABLE circuit (
	tenant_id   INTEGER NOT NULL REFERENCES tenant (id) ON DELETE CASCADE,
	wire_id     INTEGER NOT NULL REFERENCES wire (id) ON DELETE CASCADE,
	prefix      TEXT,                               -- override of the pool's prefix
	vlan        INTEGER CHECK (vlan BETWEEN 1 AND 4094),
	routing     TEXT NOT NULL DEFAULT 'ospf' CHECK (routing IN ('ospf', 'static')),
	PRIMARY KEY (tenant_id, wire_id)
) STRICT;

-- A switch domain: the VLANs of a core switch, which all trunks to it share.  A
-- second core has a domain of its own, with the same VLANs.
CREATE TABLE switch_domain (
	id          INTEGER PRIMARY KEY AUTOINCREMENT,
	name        TEXT NOT NULL UNIQUE
		CHECK (length(name) BETWEEN 1 AND 63 AND name NOT GLOB '*[^A-Za-z0-9._-]*'
			AND name GLOB '[A-Za-z0-9]*'),
	site_id     INTEGER NOT NULL REFERENCES site (id),
	vlan_first  INTEGER NOT NULL DEFAULT 2 CHECK (vlan_first BETWEEN 1 AND 4094),   -- the others are reserved
	vlan_last   INTEGER NOT NULL DEFAULT 4094 CHECK (vlan_last BETWEEN 1 AND 4094),
	CHECK (vlan_first <= vlan_last)
) STRICT;

-- The trunk of a DLR to the domain's core switch.
CREATE TABLE domain_port (
	domain_id   INTEGER NOT NULL REFERENCES switch_domain (id) ON DELETE CASCADE,
	node_id     INTEGER NOT NULL REFERENCES node (id) ON DELETE CASCADE,
	ifname      TEXT NOT NULL                       -- at most 10 characters, '.VLAN' is added
		CHECK (length(ifname) BETWEEN 1 AND 10 AND ifname NOT GLOB '*[^A-Za-z0-9_-]*'
			AND ifname GLOB '[A-Za-z0-9]*'),
	PRIMARY KEY (domain_id, node_id)
) STRICT;

-- A bundle: networks that are sold together ("network plan").  Who subscribes to
-- it has a switch for each, named BUNDLE-NETWORK, for as long as he does: the
-- triggers below make and delete them.
CREATE TABLE bundle (
	id          INTEGER PRIMARY KEY AUTOINCREMENT,
	name        TEXT NOT NULL UNIQUE
		CHECK (length(name) BETWEEN 1 AND 31 AND name NOT GLOB '*[^A-Za-z0-9._-]*'
			AND name GLOB '[A-Za-z0-9]*')
) STRICT;

CREATE TABLE bundle_network (
	id          INTEGER PRIMARY KEY AUTOINCREMENT,
	bundle_id   INTEGER NOT NULL REFERENCES bundle (id) ON DELETE CASCADE,
	name        TEXT NOT NULL
		CHECK (length(name) BETWEEN 1 AND 31 AND name NOT GLOB '*[^A-Za-z0-9._-]*'
			AND name GLOB '[A-Za-z0-9]*'),
	purpose     TEXT NOT NULL DEFAULT 'production'
		CHECK (purpose IN ('production', 'test', 'replication')),
	mtu         INTEGER NOT NULL DEFAULT 1500 CHECK (mtu BETWEEN 1280 AND 9000),
	UNIQUE (bundle_id, name)
) STRICT;

-- To end one, delete the subnets of its switches, then this row.
CREATE TABLE subscription (
	id          INTEGER PRIMARY KEY AUTOINCREMENT,
	tenant_id   INTEGER NOT NULL REFERENCES tenant (id) ON DELETE CASCADE,
	bundle_id   INTEGER NOT NULL REFERENCES bundle (id),
	site_id     INTEGER REFERENCES site (id),       -- of the switches when they are made; NULL: everywhere
	domain_id   INTEGER REFERENCES switch_domain (id),  -- where they have a VLAN then; NULL: VXLAN only
	UNIQUE (tenant_id, bundle_id)
) STRICT;

-- A logical switch: a bridge, a VNI, and the tenant's gateway on every DLR.
CREATE TABLE logical_switch (
	id          INTEGER PRIMARY KEY AUTOINCREMENT,
	tenant_id   INTEGER NOT NULL REFERENCES tenant (id) ON DELETE CASCADE,
	name        TEXT NOT NULL
		CHECK (length(name) BETWEEN 1 AND 63 AND name NOT GLOB '*[^A-Za-z0-9._-]*'
			AND name GLOB '[A-Za-z0-9]*'),
	site_id     INTEGER REFERENCES site (id),       -- only the DLRs of this site; NULL: all the tenant's
	state       TEXT NOT NULL DEFAULT 'active'      -- at its site: 'ready' has no gateway there; 'leaving' neither, and
		CHECK (state IN ('active', 'ready', 'leaving')),  -- answers for its subnets that they cannot be reached
	scope       TEXT NOT NULL DEFAULT 'local' CHECK (scope IN ('local', 'universal')),
	purpose     TEXT NOT NULL DEFAULT 'production'
		CHECK (purpose IN ('production', 'test', 'replication')),
	vni         INTEGER UNIQUE CHECK (vni BETWEEN 1 AND 16777215),   -- override
	mtu         INTEGER NOT NULL DEFAULT 1500 CHECK (mtu BETWEEN 1280 AND 9000),
	track_hosts INTEGER NOT NULL DEFAULT 0 CHECK (track_hosts IN (0, 1)),  -- its DLRs write whom they see into host
	no_nat      INTEGER NOT NULL DEFAULT 0 CHECK (no_nat IN (0, 1)),  -- no address in it is ever translated
	subscription_id INTEGER REFERENCES subscription (id) ON DELETE CASCADE,  -- who gave it, as which network
	network_id  INTEGER REFERENCES bundle_network (id) ON DELETE CASCADE,
	UNIQUE (tenant_id, name),
	UNIQUE (subscription_id, network_id),
	CHECK ((subscription_id IS NULL) = (network_id IS NULL))
) STRICT;

-- A switch that compute hosts reach by a VLAN, too: one of the domain's, the
-- smallest that is free where none is given.  One DLR of the tenant that has a
-- port there bridges it, since two would make a loop through the core switch.
CREATE TABLE switch_vlan (
	switch_id   INTEGER NOT NULL REFERENCES logical_switch (id) ON DELETE CASCADE,
	domain_id   INTEGER NOT NULL REFERENCES switch_domain (id),
	vlan        INTEGER CHECK (vlan BETWEEN 1 AND 4094),  -- NULL only while it is being inserted
	PRIMARY KEY (switch_id, domain_id),
	UNIQUE (domain_id, vlan)
) STRICT;

-- Where a switch of one site is recovered, and as which switch of that other site;
-- no target: as itself.  Goes before tenant.recovery_site_id.
CREATE TABLE network_map (
	switch_id   INTEGER NOT NULL REFERENCES logical_switch (id) ON DELETE CASCADE,
	site_id     INTEGER NOT NULL REFERENCES site (id),
	target_id   INTEGER REFERENCES logical_switch (id) ON DELETE CASCADE,
	PRIMARY KEY (switch_id, site_id),
	CHECK (target_id IS NULL OR target_id <> switch_id)
) STRICT;

-- A subnet of a switch, with the gateway address that the DLR answers for.
CREATE TABLE subnet (
	id          INTEGER PRIMARY KEY AUTOINCREMENT,
	switch_id   INTEGER NOT NULL REFERENCES logical_switch (id) ON DELETE CASCADE,
	prefix      TEXT NOT NULL,
	gateway     TEXT NOT NULL,
	advertise   INTEGER NOT NULL DEFAULT 1 CHECK (advertise IN (0, 1)),
	UNIQUE (switch_id, prefix)
) STRICT;

-- A host whose own route (/32, /128) is announced where it lives.
CREATE TABLE host (
	id          INTEGER PRIMARY KEY AUTOINCREMENT,
	subnet_id   INTEGER NOT NULL REFERENCES subnet (id) ON DELETE CASCADE,
	address     TEXT NOT NULL,
	site_id     INTEGER REFERENCES site (id),
	advertise   INTEGER NOT NULL DEFAULT 0 CHECK (advertise IN (0, 1)),
	seen_by     INTEGER REFERENCES node (id) ON DELETE SET NULL,  -- the DLR that saw it come, says so itself; NULL, or
	UNIQUE (subnet_id, address)                     -- of another site: somebody else wrote where it is
) STRICT;

-- An address by which everybody reaches a host: all of it, or one port of it. Edges
-- translate; the DLRs that have the host announce the address as a /32.
CREATE TABLE public_address (
	id          INTEGER PRIMARY KEY AUTOINCREMENT,
	tenant_id   INTEGER NOT NULL REFERENCES tenant (id) ON DELETE CASCADE,
	address     TEXT NOT NULL,
	protocol    TEXT CHECK (protocol IN ('tcp', 'udp')),  -- NULL: all of the address
	port        INTEGER CHECK (port BETWEEN 1 AND 65535),
	inside      TEXT NOT NULL,                      -- the host's own address
	inside_port INTEGER CHECK (inside_port BETWEEN 1 AND 65535),  -- NULL: the same
	recovered   TEXT,                               -- the host's address where its switch is recovered as another
	CHECK ((protocol IS NULL) = (port IS NULL)),
	CHECK (inside_port IS NULL OR port IS NOT NULL)
) STRICT;
CREATE UNIQUE INDEX public_address_once
	ON public_address (address, coalesce(protocol, ''), coalesce(port, 0));

-- An external link: a customer site at a PE, in the tenant's VRF.
CREATE TABLE link (
	id          INTEGER PRIMARY KEY AUTOINCREMENT,
	tenant_id   INTEGER NOT NULL REFERENCES tenant (id) ON DELETE CASCADE,
	name        TEXT NOT NULL
		CHECK (length(name) BETWEEN 1 AND 63 AND name NOT GLOB '*[^A-Za-z0-9._-]*'
			AND name GLOB '[A-Za-z0-9]*'),
	node_id     INTEGER NOT NULL REFERENCES node (id),
	ifname      TEXT NOT NULL
		CHECK (length(ifname) BETWEEN 1 AND 15 AND ifname NOT GLOB '*[^A-Za-z0-9._-]*'
			AND ifname GLOB '[A-Za-z0-9]*'),
	encap       TEXT NOT NULL DEFAULT 'vlan' CHECK (encap IN ('vlan')),
	vlan        INTEGER NOT NULL DEFAULT 0 CHECK (vlan BETWEEN 0 AND 4094),  -- 0: the whole port
	address     TEXT NOT NULL,                      -- of the PE, with its length: 192.168.201.1/30
	peer        TEXT,                               -- the customer router; needed for bgp and static
	protocol    TEXT NOT NULL CHECK (protocol IN ('ospf', 'bgp', 'static')),
	peer_as     INTEGER CHECK (peer_as BETWEEN 1 AND 4294967295),
	max_routes  INTEGER NOT NULL DEFAULT 1000 CHECK (max_routes BETWEEN 1 AND 10000000),
	virtual_address TEXT,                           -- shared with the tenant's other links on this LAN, by VRRP
	vrid        INTEGER CHECK (vrid BETWEEN 1 AND 255),   -- override of its last octet
	priority    INTEGER CHECK (priority BETWEEN 1 AND 254),  -- who has it while both can; NULL: 100, no preference
	UNIQUE (tenant_id, name),
	UNIQUE (node_id, ifname, vlan),
	CHECK (protocol <> 'bgp' OR (peer IS NOT NULL AND peer_as IS NOT NULL)),
	CHECK (protocol <> 'static' OR peer IS NOT NULL OR virtual_address IS NOT NULL),
	CHECK (virtual_address IS NOT NULL OR (vrid IS NULL AND priority IS NULL))
) STRICT;

-- What lies behind a static link.
CREATE TABLE link_route (
	link_id     INTEGER NOT NULL REFERENCES link (id) ON DELETE CASCADE,
	prefix      TEXT NOT NULL,
	PRIMARY KEY (link_id, prefix)
) STRICT;

-- A shared service: one prefix of one tenant, visible in another.  One way;
-- the way back is a second row.
CREATE TABLE leak (
	id          INTEGER PRIMARY KEY AUTOINCREMENT,
	from_tenant INTEGER NOT NULL REFERENCES tenant (id) ON DELETE CASCADE,
	to_tenant   INTEGER NOT NULL REFERENCES tenant (id) ON DELETE CASCADE,
	prefix      TEXT NOT NULL,
	UNIQUE (from_tenant, to_tenant, prefix),
	CHECK (from_tenant <> to_tenant)
) STRICT;

-- A test bubble has the prefixes of its tenant, and so nothing may lead out of it.
CREATE TRIGGER bubble_attachment BEFORE INSERT ON attachment
WHEN NEW.role <> 'dlr' AND (SELECT bubble_of FROM tenant WHERE id = NEW.tenant_id) IS NOT NULL BEGIN
	SELECT RAISE (ABORT, 'nothing may lead out of a test bubble; only DLRs serve it');
END;
CREATE TRIGGER bubble_link BEFORE INSERT ON link
WHEN (SELECT bubble_of FROM tenant WHERE id = NEW.tenant_id) IS NOT NULL BEGIN
	SELECT RAISE (ABORT, 'nothing may lead out of a test bubble; it has no links');
END;
CREATE TRIGGER bubble_public BEFORE INSERT ON public_address
WHEN (SELECT bubble_of FROM tenant WHERE id = NEW.tenant_id) IS NOT NULL BEGIN
	SELECT RAISE (ABORT, 'nothing may lead out of a test bubble; it has no public addresses');
END;
CREATE TRIGGER bubble_leak BEFORE INSERT ON leak
WHEN EXISTS (SELECT 1 FROM tenant WHERE id IN (NEW.from_tenant, NEW.to_tenant) AND bubble_of IS NOT NULL) BEGIN
	SELECT RAISE (ABORT, 'nothing may lead out of a test bubble; it has no leaks');
END;

-- What withdraws very much at once is held by every node (20 % of a tenant's
-- prefixes and more than 10, or more than 10 tenants, of all or of a node),
-- unless this one row says that all up to this revision is meant ("tenantctl
-- release" writes it).
CREATE TABLE meant (
	id          INTEGER PRIMARY KEY CHECK (id = 1),
	seq         INTEGER NOT NULL                    -- of change_log, its own row there included
) STRICT;

-- What each node has applied, written by its tenantd (no change_log entry) as soon as
-- it has, at most eight times at once and once a second on average, and every 10 seconds.
CREATE TABLE node_status (
	node        TEXT PRIMARY KEY,
	revision    INTEGER NOT NULL,                   -- change_log.seq it is in step with
	tenants     INTEGER NOT NULL,
	failed      INTEGER NOT NULL,
	updated     TEXT NOT NULL                       -- UTC
) STRICT;

-- What each node says of a tenant it serves.
CREATE TABLE tenant_status (
	node        TEXT NOT NULL,
	tenant      TEXT NOT NULL,
	health      TEXT NOT NULL,                      -- 'ok', 'waiting', 'failed'
	reason      TEXT NOT NULL,                      -- one sentence; '' when ok
	updated     TEXT NOT NULL,
	PRIMARY KEY (node, tenant)
) STRICT;

-- When each node saw a new subnet pass which stage on the way to the customer's
-- sites; nothing of subnets that were there before the node's tenantd.
CREATE TABLE subnet_trace (
	node        TEXT NOT NULL,
	subnet_id   INTEGER NOT NULL REFERENCES subnet (id) ON DELETE CASCADE,
	written     INTEGER NOT NULL,                   -- into the database: microseconds since 1970
	stages      TEXT NOT NULL,                      -- JSON: {"type-7": microseconds after written, ...}
	PRIMARY KEY (node, subnet_id)
) STRICT;

CREATE INDEX attachment_node ON attachment (node_id);
CREATE INDEX subnet_switch ON subnet (switch_id);
CREATE INDEX subnet_trace_subnet ON subnet_trace (subnet_id);
CREATE INDEX link_node ON link (node_id);
CREATE INDEX leak_to ON leak (to_tenant);

-- The change feed.  A reader keeps the last seq it has seen and reloads the
-- tenants named since; a row without a tenant concerns them all.  A reader
-- that fell behind the oldest row reads everything.
--
-- It is the history, too: the row as it was (NULL: it came) and as it is now
-- (NULL: it went), as JSON with the table's columns in their order.  Where both
-- are NULL the entry only tells one more tenant of the change beside it.  What
-- REPLACE takes away is not logged, unless recursive_triggers is on: write
-- ON CONFLICT ... DO UPDATE instead.
CREATE TABLE change_log (
	seq         INTEGER PRIMARY KEY AUTOINCREMENT,
	tbl         TEXT NOT NULL,
	op          TEXT NOT NULL CHECK (op IN ('insert', 'update', 'delete')),
	row_id      INTEGER,
	tenant_id   INTEGER,
	at          INTEGER NOT NULL                    -- when it was written: milliseconds since 1970
		DEFAULT (CAST(round((julianday('now') - 2440587.5) * 86400000) AS INTEGER)),
	was         TEXT,
	now         TEXT
) STRICT;

-- Changes made with tenantctl: drafts, which say nothing of the network yet, and
-- what has become of them.  A single command is a change that was applied at once.
CREATE TABLE change (
	id          INTEGER PRIMARY KEY AUTOINCREMENT,
	title       TEXT NOT NULL DEFAULT '',
	author      TEXT NOT NULL DEFAULT '',           -- login name; '' where nobody knows
	begun       INTEGER NOT NULL DEFAULT (unixepoch()),   -- UTC seconds, as all times here
	base        INTEGER NOT NULL,                   -- change_log.seq when it was begun
	planned     INTEGER,                            -- change_log.seq its newest plan is of; NULL: none since its last edit
	state       TEXT NOT NULL DEFAULT 'draft'
		CHECK (state IN ('draft', 'applied', 'confirming', 'confirmed', 'aborted', 'rolled back')),
	applied     INTEGER,
	first_seq   INTEGER,                            -- what it did in change_log; NULL before it is applied
	last_seq    INTEGER,
	deadline    INTEGER,                            -- until when it is to be confirmed
	note        TEXT NOT NULL DEFAULT '',           -- what was left in place when it was taken back
	CHECK (state <> 'confirming' OR (deadline IS NOT NULL AND first_seq IS NOT NULL AND last_seq IS NOT NULL))
) STRICT;
CREATE INDEX change_last ON change (last_seq);
CREATE UNIQUE INDEX change_confirming ON change (state) WHERE state = 'confirming';

-- The commands a draft is made of: words of tenantctl's command line, as JSON.
CREATE TABLE change_edit (
	change_id   INTEGER NOT NULL REFERENCES change (id) ON DELETE CASCADE,
	position    INTEGER NOT NULL,
	argv        TEXT NOT NULL CHECK (json_type(argv) = 'array'),
	PRIMARY KEY (change_id, position)
) STRICT;

-- Operations on sites: a tenant goes over to another site, or comes back.  They write
-- rows above in one or more transactions, and wait in between until nodes are in step;
-- the row here changes in the same transactions, so that it always says how far it is.
-- One at a time for a tenant: one that failed is to be resumed, or undone, first.
CREATE TABLE operation (
	id          INTEGER PRIMARY KEY AUTOINCREMENT,
	tenant_id   INTEGER REFERENCES tenant (id) ON DELETE CASCADE, -- NULL: of a site, and one of all sites at a time
	kind        TEXT NOT NULL
		CHECK (kind IN ('failover', 'failback', 'reprotect', 'bubble', 'evacuate', 'restore')),
	mode        TEXT CHECK (mode IN ('planned', 'disaster', 'partial')),
	from_site   INTEGER REFERENCES site (id) ON DELETE SET NULL,
	to_site     INTEGER REFERENCES site (id) ON DELETE SET NULL,
	hosts       TEXT NOT NULL DEFAULT '',           -- of a partial one: addresses, with ',' in between
	state       TEXT NOT NULL DEFAULT 'running'
		CHECK (state IN ('running', 'done', 'failed', 'undone')),
	step        TEXT NOT NULL DEFAULT 'begun',      -- the newest of operation_step
	reason      TEXT NOT NULL DEFAULT '',           -- why it failed, and where it stands
	author      TEXT NOT NULL DEFAULT '',
	began       INTEGER NOT NULL,                   -- milliseconds since 1970, as all times here
	ended       INTEGER,
	first_seq   INTEGER,                            -- what it did lies in change_log between these two
	last_seq    INTEGER,
	wait        INTEGER NOT NULL DEFAULT 10,        -- seconds it waits for nodes in one step
	hook        TEXT NOT NULL DEFAULT '',           -- program that is run before and after each step
	runner      INTEGER NOT NULL DEFAULT 1,         -- counts who runs it: one that is taken over stops
	CHECK ((tenant_id IS NULL) = (kind IN ('evacuate', 'restore')))
) STRICT;
CREATE UNIQUE INDEX operation_open ON operation (coalesce(tenant_id, 0)) WHERE state IN ('running', 'failed');

CREATE TABLE operation_step (
	operation_id INTEGER NOT NULL REFERENCES operation (id) ON DELETE CASCADE,
	name        TEXT NOT NULL,
	began       INTEGER NOT NULL,
	written     INTEGER NOT NULL,                   -- its transaction
	heard       INTEGER,                            -- when all nodes it waits for were in step; NULL: not yet
	first_seq   INTEGER NOT NULL,                   -- its own entries in change_log
	last_seq    INTEGER NOT NULL,
	PRIMARY KEY (operation_id, name)
) STRICT;

-- Has a row only within a transaction that takes changes back: what triggers made
-- is in the log by itself, and they make nothing then.
CREATE TABLE restoring (
	id          INTEGER PRIMARY KEY CHECK (id = 1)
) STRICT;

CREATE TRIGGER change_log_trim AFTER INSERT ON change_log WHEN NEW.seq % 1000 = 0 BEGIN
	DELETE FROM change_log WHERE seq < NEW.seq - 100000;
	DELETE FROM change WHERE last_seq < NEW.seq - 100000 AND state <> 'confirming';
END;

-- Triggers: every table above that says something about the network.  An
-- update that moves a row to another tenant is logged for both.

CREATE TRIGGER meant_insert AFTER INSERT ON meant BEGIN
	INSERT INTO change_log (tbl, op, row_id, tenant_id) VALUES ('meant', 'insert', NEW.id, NULL);
END;
CREATE TRIGGER meant_update AFTER UPDATE ON meant BEGIN
	INSERT INTO change_log (tbl, op, row_id, tenant_id) VALUES ('meant', 'update', NEW.id, NULL);
END;
CREATE TRIGGER provider_insert AFTER INSERT ON provider BEGIN
	INSERT INTO change_log (tbl, op, row_id, tenant_id, now) VALUES ('provider', 'insert', NEW.id, NULL,
		json_object('id', NEW.id, 'asn', NEW.asn, 'nssa_area', NEW.nssa_area, 'vpn_tag', NEW.vpn_tag,
			'table_base', NEW.table_base, 'vni_base', NEW.vni_base, 'leak_base', NEW.leak_base,
			'ospf_hello', NEW.ospf_hello, 'ospf_dead', NEW.ospf_dead, 'vrrp_interval', NEW.vrrp_interval,
			'evpn', NEW.evpn));
END;
CREATE TRIGGER provider_delete AFTER DELETE ON provider BEGIN
	INSERT INTO change_log (tbl, op, row_id, tenant_id, was) VALUES ('provider', 'delete', OLD.id, NULL,
		json_object('id', OLD.id, 'asn', OLD.asn, 'nssa_area', OLD.nssa_area, 'vpn_tag', OLD.vpn_tag,
			'table_base', OLD.table_base, 'vni_base', OLD.vni_base, 'leak_base', OLD.leak_base,
			'ospf_hello', OLD.ospf_hello, 'ospf_dead', OLD.ospf_dead, 'vrrp_interval', OLD.vrrp_interval,
			'evpn', OLD.evpn));
END;
CREATE TRIGGER provider_update AFTER UPDATE ON provider BEGIN
	INSERT INTO change_log (tbl, op, row_id, tenant_id, was, now) VALUES ('provider', 'update', NEW.id, NULL,
		json_object('id', OLD.id, 'asn', OLD.asn, 'nssa_area', OLD.nssa_area, 'vpn_tag', OLD.vpn_tag,
			'table_base', OLD.table_base, 'vni_base', OLD.vni_base, 'leak_base', OLD.leak_base,
			'ospf_hello', OLD.ospf_hello, 'ospf_dead', OLD.ospf_dead, 'vrrp_interval', OLD.vrrp_interval,
			'evpn', OLD.evpn),
		json_object('id', NEW.id, 'asn', NEW.asn, 'nssa_area', NEW.nssa_area, 'vpn_tag', NEW.vpn_tag,
			'table_base', NEW.table_base, 'vni_base', NEW.vni_base, 'leak_base', NEW.leak_base,
			'ospf_hello', NEW.ospf_hello, 'ospf_dead', NEW.ospf_dead, 'vrrp_interval', NEW.vrrp_interval,
			'evpn', NEW.evpn));
END;

CREATE TRIGGER pool_insert AFTER INSERT ON pool BEGIN
	INSERT INTO change_log (tbl, op, row_id, tenant_id, now) VALUES ('pool', 'insert', NULL, NULL,
		json_object('kind', NEW.kind, 'prefix', NEW.prefix, 'length', NEW.length, 'wires', NEW.wires));
END;
CREATE TRIGGER pool_delete AFTER DELETE ON pool BEGIN
	INSERT INTO change_log (tbl, op, row_id, tenant_id, was) VALUES ('pool', 'delete', NULL, NULL,
		json_object('kind', OLD.kind, 'prefix', OLD.prefix, 'length', OLD.length, 'wires', OLD.wires));
END;
CREATE TRIGGER pool_update AFTER UPDATE ON pool BEGIN
	INSERT INTO change_log (tbl, op, row_id, tenant_id, was, now) VALUES ('pool', 'update', NULL, NULL,
		json_object('kind', OLD.kind, 'prefix', OLD.prefix, 'length', OLD.length, 'wires', OLD.wires),
		json_object('kind', NEW.kind, 'prefix', NEW.prefix, 'length', NEW.length, 'wires', NEW.wires));
END;

CREATE TRIGGER reserved_insert AFTER INSERT ON reserved BEGIN
	INSERT INTO change_log (tbl, op, row_id, tenant_id, now) VALUES ('reserved', 'insert', NULL, NULL,
		json_object('prefix', NEW.prefix, 'what', NEW.what));
END;
CREATE TRIGGER reserved_delete AFTER DELETE ON reserved BEGIN
	INSERT INTO change_log (tbl, op, row_id, tenant_id, was) VALUES ('reserved', 'delete', NULL, NULL,
		json_object('prefix', OLD.prefix, 'what', OLD.what));
END;
CREATE TRIGGER reserved_update AFTER UPDATE ON reserved BEGIN
	INSERT INTO change_log (tbl, op, row_id, tenant_id, was, now) VALUES ('reserved', 'update', NULL, NULL,
		json_object('prefix', OLD.prefix, 'what', OLD.what),
		json_object('prefix', NEW.prefix, 'what', NEW.what));
END;

CREATE TRIGGER reserved_port_insert AFTER INSERT ON reserved_port BEGIN
	INSERT INTO change_log (tbl, op, row_id, tenant_id, now) VALUES ('reserved_port', 'insert', NEW.port, NULL,
		json_object('protocol', NEW.protocol, 'port', NEW.port, 'what', NEW.what));
END;
CREATE TRIGGER reserved_port_delete AFTER DELETE ON reserved_port BEGIN
	INSERT INTO change_log (tbl, op, row_id, tenant_id, was) VALUES ('reserved_port', 'delete', OLD.port, NULL,
		json_object('protocol', OLD.protocol, 'port', OLD.port, 'what', OLD.what));
END;
CREATE TRIGGER reserved_port_update AFTER UPDATE ON reserved_port BEGIN
	INSERT INTO change_log (tbl, op, row_id, tenant_id, was, now) VALUES ('reserved_port', 'update', NEW.port, NULL,
		json_object('protocol', OLD.protocol, 'port', OLD.port, 'what', OLD.what),
		json_object('protocol', NEW.protocol, 'port', NEW.port, 'what', NEW.what));
END;

CREATE TRIGGER site_insert AFTER INSERT ON site BEGIN
	INSERT INTO change_log (tbl, op, row_id, tenant_id, now) VALUES ('site', 'insert', NEW.id, NULL,
		json_object('id', NEW.id, 'name', NEW.name, 'locale', NEW.locale, 'state', NEW.state));
END;
CREATE TRIGGER site_delete AFTER DELETE ON site BEGIN
	INSERT INTO change_log (tbl, op, row_id, tenant_id, was) VALUES ('site', 'delete', OLD.id, NULL,
		json_object('id', OLD.id, 'name', OLD.name, 'locale', OLD.locale, 'state', OLD.state));
END;
CREATE TRIGGER site_update AFTER UPDATE ON site BEGIN
	INSERT INTO change_log (tbl, op, row_id, tenant_id, was, now) VALUES ('site', 'update', NEW.id, NULL,
		json_object('id', OLD.id, 'name', OLD.name, 'locale', OLD.locale, 'state', OLD.state),
		json_object('id', NEW.id, 'name', NEW.name, 'locale', NEW.locale, 'state', NEW.state));
END;

CREATE TRIGGER node_insert AFTER INSERT ON node BEGIN
	INSERT INTO change_log (tbl, op, row_id, tenant_id, now) VALUES ('node', 'insert', NEW.id, NULL,
		json_object('id', NEW.id, 'name', NEW.name, 'site_id', NEW.site_id, 'router_id', NEW.router_id,
			'vtep', NEW.vtep));
END;
CREATE TRIGGER node_delete AFTER DELETE ON node BEGIN
	INSERT INTO change_log (tbl, op, row_id, tenant_id, was) VALUES ('node', 'delete', OLD.id, NULL,
		json_object('id', OLD.id, 'name', OLD.name, 'site_id', OLD.site_id, 'router_id', OLD.router_id,
			'vtep', OLD.vtep));
END;
CREATE TRIGGER node_update AFTER UPDATE ON node BEGIN
	INSERT INTO change_log (tbl, op, row_id, tenant_id, was, now) VALUES ('node', 'update', NEW.id, NULL,
		json_object('id', OLD.id, 'name', OLD.name, 'site_id', OLD.site_id, 'router_id', OLD.router_id,
			'vtep', OLD.vtep),
		json_object('id', NEW.id, 'name', NEW.name, 'site_id', NEW.site_id, 'router_id', NEW.router_id,
			'vtep', NEW.vtep));
END;

CREATE TRIGGER node_role_insert AFTER INSERT ON node_role BEGIN
	INSERT INTO change_log (tbl, op, row_id, tenant_id, now) VALUES ('node_role', 'insert', NEW.node_id, NULL,
		json_object('node_id', NEW.node_id, 'role', NEW.role));
END;
CREATE TRIGGER node_role_delete AFTER DELETE ON node_role BEGIN
	INSERT INTO change_log (tbl, op, row_id, tenant_id, was) VALUES ('node_role', 'delete', OLD.node_id, NULL,
		json_object('node_id', OLD.node_id, 'role', OLD.role));
END;
CREATE TRIGGER node_role_update AFTER UPDATE ON node_role BEGIN
	INSERT INTO change_log (tbl, op, row_id, tenant_id, was, now) VALUES ('node_role', 'update', NEW.node_id, NULL,
		json_object('node_id', OLD.node_id, 'role', OLD.role),
		json_object('node_id', NEW.node_id, 'role', NEW.role));
END;

CREATE TRIGGER wire_insert AFTER INSERT ON wire BEGIN
	INSERT INTO change_log (tbl, op, row_id, tenant_id, now) VALUES ('wire', 'insert', NEW.id, NULL,
		json_object('id', NEW.id, 'name', NEW.name, 'site_id', NEW.site_id, 'kind', NEW.kind, 'encap', NEW.encap,
			'vlan_base', NEW.vlan_base, 'vlan_max', NEW.vlan_max, 'mtu', NEW.mtu, 'bfd', NEW.bfd,
			'ospf_key', NEW.ospf_key));
END;
CREATE TRIGGER wire_delete AFTER DELETE ON wire BEGIN
	INSERT INTO change_log (tbl, op, row_id, tenant_id, was) VALUES ('wire', 'delete', OLD.id, NULL,
		json_object('id', OLD.id, 'name', OLD.name, 'site_id', OLD.site_id, 'kind', OLD.kind, 'encap', OLD.encap,
			'vlan_base', OLD.vlan_base, 'vlan_max', OLD.vlan_max, 'mtu', OLD.mtu, 'bfd', OLD.bfd,
			'ospf_key', OLD.ospf_key));
END;
CREATE TRIGGER wire_update AFTER UPDATE ON wire BEGIN
	INSERT INTO change_log (tbl, op, row_id, tenant_id, was, now) VALUES ('wire', 'update', NEW.id, NULL,
		json_object('id', OLD.id, 'name', OLD.name, 'site_id', OLD.site_id, 'kind', OLD.kind, 'encap', OLD.encap,
			'vlan_base', OLD.vlan_base, 'vlan_max', OLD.vlan_max, 'mtu', OLD.mtu, 'bfd', OLD.bfd,
			'ospf_key', OLD.ospf_key),
		json_object('id', NEW.id, 'name', NEW.name, 'site_id', NEW.site_id, 'kind', NEW.kind, 'encap', NEW.encap,
			'vlan_base', NEW.vlan_base, 'vlan_max', NEW.vlan_max, 'mtu', NEW.mtu, 'bfd', NEW.bfd,
			'ospf_key', NEW.ospf_key));
END;

CREATE TRIGGER wire_port_insert AFTER INSERT ON wire_port BEGIN
	INSERT INTO change_log (tbl, op, row_id, tenant_id, now) VALUES ('wire_port', 'insert', NEW.id, NULL,
		json_object('id', NEW.id, 'wire_id', NEW.wire_id, 'node_id', NEW.node_id, 'ifname', NEW.ifname,
			'slot', NEW.slot));
END;
CREATE TRIGGER wire_port_delete AFTER DELETE ON wire_port BEGIN
	INSERT INTO change_log (tbl, op, row_id, tenant_id, was) VALUES ('wire_port', 'delete', OLD.id, NULL,
		json_object('id', OLD.id, 'wire_id', OLD.wire_id, 'node_id', OLD.node_id, 'ifname', OLD.ifname,
			'slot', OLD.slot));
END;
CREATE TRIGGER wire_port_update AFTER UPDATE ON wire_port BEGIN
	INSERT INTO change_log (tbl, op, row_id, tenant_id, was, now) VALUES ('wire_port', 'update', NEW.id, NULL,
		json_object('id', OLD.id, 'wire_id', OLD.wire_id, 'node_id', OLD.node_id, 'ifname', OLD.ifname,
			'slot', OLD.slot),
		json_object('id', NEW.id, 'wire_id', NEW.wire_id, 'node_id', NEW.node_id, 'ifname', NEW.ifname,
			'slot', NEW.slot));
END;

CREATE TRIGGER tenant_insert AFTER INSERT ON tenant BEGIN
	INSERT INTO change_log (tbl, op, row_id, tenant_id, now) VALUES ('tenant', 'insert', NEW.id, NEW.id,
		json_object('id', NEW.id, 'name', NEW.name, 'vrf', NEW.vrf, 'table_id', NEW.table_id,
			'rd_number', NEW.rd_number, 'rt_number', NEW.rt_number, 'max_routes', NEW.max_routes,
			'egress', NEW.egress, 'active_site_id', NEW.active_site_id,
			'recovery_site_id', NEW.recovery_site_id, 'recovery_priority', NEW.recovery_priority,
			'bubble_of', NEW.bubble_of, 'description', NEW.description));
END;
CREATE TRIGGER tenant_delete AFTER DELETE ON tenant BEGIN
	INSERT INTO change_log (tbl, op, row_id, tenant_id, was) VALUES ('tenant', 'delete', OLD.id, OLD.id,
		json_object('id', OLD.id, 'name', OLD.name, 'vrf', OLD.vrf, 'table_id', OLD.table_id,
			'rd_number', OLD.rd_number, 'rt_number', OLD.rt_number, 'max_routes', OLD.max_routes,
			'egress', OLD.egress, 'active_site_id', OLD.active_site_id,
			'recovery_site_id', OLD.recovery_site_id, 'recovery_priority', OLD.recovery_priority,
			'bubble_of', OLD.bubble_of, 'description', OLD.description));
END;
CREATE TRIGGER tenant_update AFTER UPDATE ON tenant BEGIN
	INSERT INTO change_log (tbl, op, row_id, tenant_id, was, now) VALUES ('tenant', 'update', NEW.id, NEW.id,
		json_object('id', OLD.id, 'name', OLD.name, 'vrf', OLD.vrf, 'table_id', OLD.table_id,
			'rd_number', OLD.rd_number, 'rt_number', OLD.rt_number, 'max_routes', OLD.max_routes,
			'egress', OLD.egress, 'active_site_id', OLD.active_site_id,
			'recovery_site_id', OLD.recovery_site_id, 'recovery_priority', OLD.recovery_priority,
			'bubble_of', OLD.bubble_of, 'description', OLD.description),
		json_object('id', NEW.id, 'name', NEW.name, 'vrf', NEW.vrf, 'table_id', NEW.table_id,
			'rd_number', NEW.rd_number, 'rt_number', NEW.rt_number, 'max_routes', NEW.max_routes,
			'egress', NEW.egress, 'active_site_id', NEW.active_site_id,
			'recovery_site_id', NEW.recovery_site_id, 'recovery_priority', NEW.recovery_priority,
			'bubble_of', NEW.bubble_of, 'description', NEW.description));
	INSERT INTO change_log (tbl, op, row_id, tenant_id)
		SELECT 'tenant', 'update', OLD.id, OLD.id
		WHERE OLD.id IS NOT NEW.id;
END;

CREATE TRIGGER aggregate_insert AFTER INSERT ON aggregate BEGIN
	INSERT INTO change_log (tbl, op, row_id, tenant_id, now) VALUES ('aggregate', 'insert', NEW.tenant_id, NEW.tenant_id,
		json_object('tenant_id', NEW.tenant_id, 'prefix', NEW.prefix));
END;
CREATE TRIGGER aggregate_delete AFTER DELETE ON aggregate BEGIN
	INSERT INTO change_log (tbl, op, row_id, tenant_id, was) VALUES ('aggregate', 'delete', OLD.tenant_id, OLD.tenant_id,
		json_object('tenant_id', OLD.tenant_id, 'prefix', OLD.prefix));
END;
CREATE TRIGGER aggregate_update AFTER UPDATE ON aggregate BEGIN
	INSERT INTO change_log (tbl, op, row_id, tenant_id, was, now) VALUES ('aggregate', 'update', NEW.tenant_id, NEW.tenant_id,
		json_object('tenant_id', OLD.tenant_id, 'prefix', OLD.prefix),
		json_object('tenant_id', NEW.tenant_id, 'prefix', NEW.prefix));
	INSERT INTO change_log (tbl, op, row_id, tenant_id)
		SELECT 'aggregate', 'update', OLD.tenant_id, OLD.tenant_id
		WHERE OLD.tenant_id IS NOT NEW.tenant_id;
END;

CREATE TRIGGER attachment_insert AFTER INSERT ON attachment BEGIN
	INSERT INTO change_log (tbl, op, row_id, tenant_id, now) VALUES ('attachment', 'insert', NEW.id, NEW.tenant_id,
		json_object('id', NEW.id, 'tenant_id', NEW.tenant_id, 'node_id', NEW.node_id, 'role', NEW.role));
END;
CREATE TRIGGER attachment_delete AFTER DELETE ON attachment BEGIN
	INSERT INTO change_log (tbl, op, row_id, tenant_id, was) VALUES ('attachment', 'delete', OLD.id, OLD.tenant_id,
		json_object('id', OLD.id, 'tenant_id', OLD.tenant_id, 'node_id', OLD.node_id, 'role', OLD.role));
END;
CREATE TRIGGER attachment_update AFTER UPDATE ON attachment BEGIN
	INSERT INTO change_log (tbl, op, row_id, tenant_id, was, now) VALUES ('attachment', 'update', NEW.id, NEW.tenant_id,
		json_object('id', OLD.id, 'tenant_id', OLD.tenant_id, 'node_id', OLD.node_id, 'role', OLD.role),
		json_object('id', NEW.id, 'tenant_id', NEW.tenant_id, 'node_id', NEW.node_id, 'role', NEW.role));
	INSERT INTO change_log (tbl, op, row_id, tenant_id)
		SELECT 'attachment', 'update', OLD.id, OLD.tenant_id
		WHERE OLD.tenant_id IS NOT NEW.tenant_id;
END;

CREATE TRIGGER circuit_insert AFTER INSERT ON circuit BEGIN
	INSERT INTO change_log (tbl, op, row_id, tenant_id, now) VALUES ('circuit', 'insert', NEW.wire_id, NEW.tenant_id,
		json_object('tenant_id', NEW.tenant_id, 'wire_id', NEW.wire_id, 'prefix', NEW.prefix, 'vlan', NEW.vlan,
			'routing', NEW.routing));
END;
CREATE TRIGGER circuit_delete AFTER DELETE ON circuit BEGIN
	INSERT INTO change_log (tbl, op, row_id, tenant_id, was) VALUES ('circuit', 'delete', OLD.wire_id, OLD.tenant_id,
		json_object('tenant_id', OLD.tenant_id, 'wire_id', OLD.wire_id, 'prefix', OLD.prefix, 'vlan', OLD.vlan,
			'routing', OLD.routing));
END;
CREATE TRIGGER circuit_update AFTER UPDATE ON circuit BEGIN
	INSERT INTO change_log (tbl, op, row_id, tenant_id, was, now) VALUES ('circuit', 'update', NEW.wire_id, NEW.tenant_id,
		json_object('tenant_id', OLD.tenant_id, 'wire_id', OLD.wire_id, 'prefix', OLD.prefix, 'vlan', OLD.vlan,
			'routing', OLD.routing),
		json_object('tenant_id', NEW.tenant_id, 'wire_id', NEW.wire_id, 'prefix', NEW.prefix, 'vlan', NEW.vlan,
			'routing', NEW.routing));
	INSERT INTO change_log (tbl, op, row_id, tenant_id)
		SELECT 'circuit', 'update', OLD.wire_id, OLD.tenant_id
		WHERE OLD.tenant_id IS NOT NEW.tenant_id;
END;

CREATE TRIGGER switch_domain_insert AFTER INSERT ON switch_domain BEGIN
	INSERT INTO change_log (tbl, op, row_id, tenant_id, now) VALUES ('switch_domain', 'insert', NEW.id, NULL,
		json_object('id', NEW.id, 'name', NEW.name, 'site_id', NEW.site_id, 'vlan_first', NEW.vlan_first,
			'vlan_last', NEW.vlan_last));
END;
CREATE TRIGGER switch_domain_delete AFTER DELETE ON switch_domain BEGIN
	INSERT INTO change_log (tbl, op, row_id, tenant_id, was) VALUES ('switch_domain', 'delete', OLD.id, NULL,
		json_object('id', OLD.id, 'name', OLD.name, 'site_id', OLD.site_id, 'vlan_first', OLD.vlan_first,
			'vlan_last', OLD.vlan_last));
END;
CREATE TRIGGER switch_domain_update AFTER UPDATE ON switch_domain BEGIN
	INSERT INTO change_log (tbl, op, row_id, tenant_id, was, now) VALUES ('switch_domain', 'update', NEW.id, NULL,
		json_object('id', OLD.id, 'name', OLD.name, 'site_id', OLD.site_id, 'vlan_first', OLD.vlan_first,
			'vlan_last', OLD.vlan_last),
		json_object('id', NEW.id, 'name', NEW.name, 'site_id', NEW.site_id, 'vlan_first', NEW.vlan_first,
			'vlan_last', NEW.vlan_last));
END;

CREATE TRIGGER domain_port_insert AFTER INSERT ON domain_port BEGIN
	INSERT INTO change_log (tbl, op, row_id, tenant_id, now) VALUES ('domain_port', 'insert', NEW.domain_id, NULL,
		json_object('domain_id', NEW.domain_id, 'node_id', NEW.node_id, 'ifname', NEW.ifname));
END;
CREATE TRIGGER domain_port_delete AFTER DELETE ON domain_port BEGIN
	INSERT INTO change_log (tbl, op, row_id, tenant_id, was) VALUES ('domain_port', 'delete', OLD.domain_id, NULL,
		json_object('domain_id', OLD.domain_id, 'node_id', OLD.node_id, 'ifname', OLD.ifname));
END;
CREATE TRIGGER domain_port_update AFTER UPDATE ON domain_port BEGIN
	INSERT INTO change_log (tbl, op, row_id, tenant_id, was, now) VALUES ('domain_port', 'update', NEW.domain_id, NULL,
		json_object('domain_id', OLD.domain_id, 'node_id', OLD.node_id, 'ifname', OLD.ifname),
		json_object('domain_id', NEW.domain_id, 'node_id', NEW.node_id, 'ifname', NEW.ifname));
END;

-- The log has the row when it has its VLAN.
CREATE TRIGGER switch_vlan_insert AFTER INSERT ON switch_vlan BEGIN
	UPDATE switch_vlan SET vlan = (
		SELECT v FROM (SELECT vlan_first AS v FROM switch_domain WHERE id = NEW.domain_id
			UNION ALL SELECT vlan + 1 FROM switch_vlan WHERE domain_id = NEW.domain_id AND vlan IS NOT NULL)
		WHERE v BETWEEN (SELECT vlan_first FROM switch_domain WHERE id = NEW.domain_id)
			AND (SELECT vlan_last FROM switch_domain WHERE id = NEW.domain_id)
			AND NOT EXISTS (SELECT 1 FROM switch_vlan WHERE domain_id = NEW.domain_id AND vlan = v)
		ORDER BY v LIMIT 1)
		WHERE switch_id = NEW.switch_id AND domain_id = NEW.domain_id AND vlan IS NULL;
	SELECT RAISE (ABORT, 'this switch domain has no VLAN left; use VXLAN only')
		FROM switch_vlan WHERE switch_id = NEW.switch_id AND domain_id = NEW.domain_id AND vlan IS NULL;
	INSERT INTO change_log (tbl, op, row_id, tenant_id, now)
		SELECT 'switch_vlan', 'insert', switch_id, (SELECT tenant_id FROM logical_switch WHERE id = NEW.switch_id),
			json_object('switch_id', switch_id, 'domain_id', domain_id, 'vlan', vlan)
		FROM switch_vlan WHERE switch_id = NEW.switch_id AND domain_id = NEW.domain_id;
END;
CREATE TRIGGER switch_vlan_delete AFTER DELETE ON switch_vlan BEGIN
	INSERT INTO change_log (tbl, op, row_id, tenant_id, was) VALUES ('switch_vlan', 'delete', OLD.switch_id, (SELECT tenant_id FROM logical_switch WHERE id = OLD.switch_id),
		json_object('switch_id', OLD.switch_id, 'domain_id', OLD.domain_id, 'vlan', OLD.vlan));
END;
CREATE TRIGGER switch_vlan_update AFTER UPDATE ON switch_vlan WHEN OLD.vlan IS NOT NULL BEGIN
	INSERT INTO change_log (tbl, op, row_id, tenant_id, was, now) VALUES ('switch_vlan', 'update', NEW.switch_id, (SELECT tenant_id FROM logical_switch WHERE id = NEW.switch_id),
		json_object('switch_id', OLD.switch_id, 'domain_id', OLD.domain_id, 'vlan', OLD.vlan),
		json_object('switch_id', NEW.switch_id, 'domain_id', NEW.domain_id, 'vlan', NEW.vlan));
	INSERT INTO change_log (tbl, op, row_id, tenant_id)
		SELECT 'switch_vlan', 'update', OLD.switch_id, (SELECT tenant_id FROM logical_switch WHERE id = OLD.switch_id)
		WHERE (SELECT tenant_id FROM logical_switch WHERE id = OLD.switch_id) IS NOT (SELECT tenant_id FROM logical_switch WHERE id = NEW.switch_id);
END;
CREATE TRIGGER switch_vlan_kept BEFORE UPDATE ON switch_vlan WHEN OLD.vlan IS NOT NULL AND NEW.vlan IS NULL BEGIN
	SELECT RAISE (ABORT, 'delete the row and insert another one for the smallest VLAN that is free');
END;

CREATE TRIGGER bundle_insert AFTER INSERT ON bundle BEGIN
	INSERT INTO change_log (tbl, op, row_id, tenant_id, now) VALUES ('bundle', 'insert', NEW.id, NULL,
		json_object('id', NEW.id, 'name', NEW.name));
END;
CREATE TRIGGER bundle_delete AFTER DELETE ON bundle BEGIN
	INSERT INTO change_log (tbl, op, row_id, tenant_id, was) VALUES ('bundle', 'delete', OLD.id, NULL,
		json_object('id', OLD.id, 'name', OLD.name));
END;
CREATE TRIGGER bundle_update AFTER UPDATE ON bundle BEGIN
	INSERT INTO change_log (tbl, op, row_id, tenant_id, was, now) VALUES ('bundle', 'update', NEW.id, NULL,
		json_object('id', OLD.id, 'name', OLD.name),
		json_object('id', NEW.id, 'name', NEW.name));
END;

-- A new network for every subscriber.
CREATE TRIGGER bundle_network_insert AFTER INSERT ON bundle_network BEGIN
	INSERT INTO change_log (tbl, op, row_id, tenant_id, now) VALUES ('bundle_network', 'insert', NEW.id, NULL,
		json_object('id', NEW.id, 'bundle_id', NEW.bundle_id, 'name', NEW.name, 'purpose', NEW.purpose,
			'mtu', NEW.mtu));
	INSERT INTO logical_switch (tenant_id, name, site_id, purpose, mtu, subscription_id, network_id)
		SELECT s.tenant_id, b.name || '-' || NEW.name, s.site_id, NEW.purpose, NEW.mtu, s.id, NEW.id
		FROM subscription s JOIN bundle b ON b.id = s.bundle_id
		WHERE s.bundle_id = NEW.bundle_id AND NOT EXISTS (SELECT 1 FROM restoring) ORDER BY s.id;
END;
CREATE TRIGGER bundle_network_delete AFTER DELETE ON bundle_network BEGIN
	INSERT INTO change_log (tbl, op, row_id, tenant_id, was) VALUES ('bundle_network', 'delete', OLD.id, NULL,
		json_object('id', OLD.id, 'bundle_id', OLD.bundle_id, 'name', OLD.name, 'purpose', OLD.purpose,
			'mtu', OLD.mtu));
END;
CREATE TRIGGER bundle_network_update AFTER UPDATE ON bundle_network BEGIN
	INSERT INTO change_log (tbl, op, row_id, tenant_id, was, now) VALUES ('bundle_network', 'update', NEW.id, NULL,
		json_object('id', OLD.id, 'bundle_id', OLD.bundle_id, 'name', OLD.name, 'purpose', OLD.purpose,
			'mtu', OLD.mtu),
		json_object('id', NEW.id, 'bundle_id', NEW.bundle_id, 'name', NEW.name, 'purpose', NEW.purpose,
			'mtu', NEW.mtu));
END;

-- All networks of the bundle for a new subscriber.
CREATE TRIGGER subscription_insert AFTER INSERT ON subscription BEGIN
	INSERT INTO change_log (tbl, op, row_id, tenant_id, now) VALUES ('subscription', 'insert', NEW.id, NEW.tenant_id,
		json_object('id', NEW.id, 'tenant_id', NEW.tenant_id, 'bundle_id', NEW.bundle_id,
			'site_id', NEW.site_id, 'domain_id', NEW.domain_id));
	INSERT INTO logical_switch (tenant_id, name, site_id, purpose, mtu, subscription_id, network_id)
		SELECT NEW.tenant_id, b.name || '-' || n.name, NEW.site_id, n.purpose, n.mtu, NEW.id, n.id
		FROM bundle b JOIN bundle_network n ON n.bundle_id = b.id
		WHERE b.id = NEW.bundle_id AND NOT EXISTS (SELECT 1 FROM restoring) ORDER BY n.id;
END;
CREATE TRIGGER subscription_delete AFTER DELETE ON subscription BEGIN
	INSERT INTO change_log (tbl, op, row_id, tenant_id, was) VALUES ('subscription', 'delete', OLD.id, OLD.tenant_id,
		json_object('id', OLD.id, 'tenant_id', OLD.tenant_id, 'bundle_id', OLD.bundle_id,
			'site_id', OLD.site_id, 'domain_id', OLD.domain_id));
END;
CREATE TRIGGER subscription_update AFTER UPDATE ON subscription BEGIN
	INSERT INTO change_log (tbl, op, row_id, tenant_id, was, now) VALUES ('subscription', 'update', NEW.id, NEW.tenant_id,
		json_object('id', OLD.id, 'tenant_id', OLD.tenant_id, 'bundle_id', OLD.bundle_id,
			'site_id', OLD.site_id, 'domain_id', OLD.domain_id),
		json_object('id', NEW.id, 'tenant_id', NEW.tenant_id, 'bundle_id', NEW.bundle_id,
			'site_id', NEW.site_id, 'domain_id', NEW.domain_id));
	INSERT INTO change_log (tbl, op, row_id, tenant_id)
		SELECT 'subscription', 'update', OLD.id, OLD.tenant_id
		WHERE OLD.tenant_id IS NOT NEW.tenant_id;
END;

-- The switches go with their subscription and their network, but not while
-- somebody lives there; with their tenant they always do.
CREATE TRIGGER subscription_subnets BEFORE DELETE ON subscription
	WHEN EXISTS (SELECT 1 FROM tenant WHERE id = OLD.tenant_id) AND EXISTS (SELECT 1 FROM subnet n
		JOIN logical_switch s ON s.id = n.switch_id WHERE s.subscription_id = OLD.id) BEGIN
	SELECT RAISE (ABORT, 'a network of this subscription has subnets; delete them first');
END;
CREATE TRIGGER bundle_network_subnets BEFORE DELETE ON bundle_network
	WHEN EXISTS (SELECT 1 FROM subnet n
		JOIN logical_switch s ON s.id = n.switch_id WHERE s.network_id = OLD.id) BEGIN
	SELECT RAISE (ABORT, 'a subscriber has subnets in this network; delete them first');
END;
-- What the switches have been made of.
CREATE TRIGGER bundle_kept BEFORE UPDATE ON bundle
	WHEN NEW.name <> OLD.name AND EXISTS (SELECT 1 FROM subscription WHERE bundle_id = OLD.id) BEGIN
	SELECT RAISE (ABORT, 'the switches of its subscribers have the name of this bundle; make another one');
END;
CREATE TRIGGER bundle_network_kept BEFORE UPDATE ON bundle_network
	WHEN EXISTS (SELECT 1 FROM subscription WHERE bundle_id IN (OLD.bundle_id, NEW.bundle_id)) BEGIN
	SELECT RAISE (ABORT, 'subscribers have this network as it is; add another one to the bundle');
END;
CREATE TRIGGER subscription_kept BEFORE UPDATE ON subscription
	WHEN NEW.tenant_id <> OLD.tenant_id OR NEW.bundle_id <> OLD.bundle_id BEGIN
	SELECT RAISE (ABORT, 'a subscription is ended by deleting it; insert another one');
END;

CREATE TRIGGER logical_switch_insert AFTER INSERT ON logical_switch BEGIN
	INSERT INTO change_log (tbl, op, row_id, tenant_id, now) VALUES ('logical_switch', 'insert', NEW.id, NEW.tenant_id,
		json_object('id', NEW.id, 'tenant_id', NEW.tenant_id, 'name', NEW.name, 'site_id', NEW.site_id,
			'state', NEW.state, 'scope', NEW.scope, 'purpose', NEW.purpose, 'vni', NEW.vni, 'mtu', NEW.mtu,
			'track_hosts', NEW.track_hosts, 'no_nat', NEW.no_nat, 'subscription_id', NEW.subscription_id,
			'network_id', NEW.network_id));
	INSERT INTO switch_vlan (switch_id, domain_id)
		SELECT NEW.id, domain_id FROM subscription
		WHERE id = NEW.subscription_id AND domain_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM restoring);
END;
CREATE TRIGGER logical_switch_delete AFTER DELETE ON logical_switch BEGIN
	INSERT INTO change_log (tbl, op, row_id, tenant_id, was) VALUES ('logical_switch', 'delete', OLD.id, OLD.tenant_id,
		json_object('id', OLD.id, 'tenant_id', OLD.tenant_id, 'name', OLD.name, 'site_id', OLD.site_id,
			'state', OLD.state, 'scope', OLD.scope, 'purpose', OLD.purpose, 'vni', OLD.vni, 'mtu', OLD.mtu,
			'track_hosts', OLD.track_hosts, 'no_nat', OLD.no_nat, 'subscription_id', OLD.subscription_id,
			'network_id', OLD.network_id));
END;
CREATE TRIGGER logical_switch_update AFTER UPDATE ON logical_switch BEGIN
	INSERT INTO change_log (tbl, op, row_id, tenant_id, was, now) VALUES ('logical_switch', 'update', NEW.id, NEW.tenant_id,
		json_object('id', OLD.id, 'tenant_id', OLD.tenant_id, 'name', OLD.name, 'site_id', OLD.site_id,
			'state', OLD.state, 'scope', OLD.scope, 'purpose', OLD.purpose, 'vni', OLD.vni, 'mtu', OLD.mtu,
			'track_hosts', OLD.track_hosts, 'no_nat', OLD.no_nat, 'subscription_id', OLD.subscription_id,
			'network_id', OLD.network_id),
		json_object('id', NEW.id, 'tenant_id', NEW.tenant_id, 'name', NEW.name, 'site_id', NEW.site_id,
			'state', NEW.state, 'scope', NEW.scope, 'purpose', NEW.purpose, 'vni', NEW.vni, 'mtu', NEW.mtu,
			'track_hosts', NEW.track_hosts, 'no_nat', NEW.no_nat, 'subscription_id', NEW.subscription_id,
			'network_id', NEW.network_id));
	INSERT INTO change_log (tbl, op, row_id, tenant_id)
		SELECT 'logical_switch', 'update', OLD.id, OLD.tenant_id
		WHERE OLD.tenant_id IS NOT NEW.tenant_id;
END;

CREATE TRIGGER network_map_insert AFTER INSERT ON network_map BEGIN
	INSERT INTO change_log (tbl, op, row_id, tenant_id, now) VALUES ('network_map', 'insert', NEW.switch_id, (SELECT tenant_id FROM logical_switch WHERE id = NEW.switch_id),
		json_object('switch_id', NEW.switch_id, 'site_id', NEW.site_id, 'target_id', NEW.target_id));
END;
CREATE TRIGGER network_map_delete AFTER DELETE ON network_map BEGIN
	INSERT INTO change_log (tbl, op, row_id, tenant_id, was) VALUES ('network_map', 'delete', OLD.switch_id, (SELECT tenant_id FROM logical_switch WHERE id = OLD.switch_id),
		json_object('switch_id', OLD.switch_id, 'site_id', OLD.site_id, 'target_id', OLD.target_id));
END;
CREATE TRIGGER network_map_update AFTER UPDATE ON network_map BEGIN
	INSERT INTO change_log (tbl, op, row_id, tenant_id, was, now) VALUES ('network_map', 'update', NEW.switch_id, (SELECT tenant_id FROM logical_switch WHERE id = NEW.switch_id),
		json_object('switch_id', OLD.switch_id, 'site_id', OLD.site_id, 'target_id', OLD.target_id),
		json_object('switch_id', NEW.switch_id, 'site_id', NEW.site_id, 'target_id', NEW.target_id));
	INSERT INTO change_log (tbl, op, row_id, tenant_id)
		SELECT 'network_map', 'update', OLD.switch_id, (SELECT tenant_id FROM logical_switch WHERE id = OLD.switch_id)
		WHERE (SELECT tenant_id FROM logical_switch WHERE id = OLD.switch_id) IS NOT (SELECT tenant_id FROM logical_switch WHERE id = NEW.switch_id);
END;

CREATE TRIGGER link_insert AFTER INSERT ON link BEGIN
	INSERT INTO change_log (tbl, op, row_id, tenant_id, now) VALUES ('link', 'insert', NEW.id, NEW.tenant_id,
		json_object('id', NEW.id, 'tenant_id', NEW.tenant_id, 'name', NEW.name, 'node_id', NEW.node_id,
			'ifname', NEW.ifname, 'encap', NEW.encap, 'vlan', NEW.vlan, 'address', NEW.address, 'peer', NEW.peer,
			'protocol', NEW.protocol, 'peer_as', NEW.peer_as, 'max_routes', NEW.max_routes,
			'virtual_address', NEW.virtual_address, 'vrid', NEW.vrid, 'priority', NEW.priority));
END;
CREATE TRIGGER link_delete AFTER DELETE ON link BEGIN
	INSERT INTO change_log (tbl, op, row_id, tenant_id, was) VALUES ('link', 'delete', OLD.id, OLD.tenant_id,
		json_object('id', OLD.id, 'tenant_id', OLD.tenant_id, 'name', OLD.name, 'node_id', OLD.node_id,
			'ifname', OLD.ifname, 'encap', OLD.encap, 'vlan', OLD.vlan, 'address', OLD.address, 'peer', OLD.peer,
			'protocol', OLD.protocol, 'peer_as', OLD.peer_as, 'max_routes', OLD.max_routes,
			'virtual_address', OLD.virtual_address, 'vrid', OLD.vrid, 'priority', OLD.priority));
END;
CREATE TRIGGER link_update AFTER UPDATE ON link BEGIN
	INSERT INTO change_log (tbl, op, row_id, tenant_id, was, now) VALUES ('link', 'update', NEW.id, NEW.tenant_id,
		json_object('id', OLD.id, 'tenant_id', OLD.tenant_id, 'name', OLD.name, 'node_id', OLD.node_id,
			'ifname', OLD.ifname, 'encap', OLD.encap, 'vlan', OLD.vlan, 'address', OLD.address, 'peer', OLD.peer,
			'protocol', OLD.protocol, 'peer_as', OLD.peer_as, 'max_routes', OLD.max_routes,
			'virtual_address', OLD.virtual_address, 'vrid', OLD.vrid, 'priority', OLD.priority),
		json_object('id', NEW.id, 'tenant_id', NEW.tenant_id, 'name', NEW.name, 'node_id', NEW.node_id,
			'ifname', NEW.ifname, 'encap', NEW.encap, 'vlan', NEW.vlan, 'address', NEW.address, 'peer', NEW.peer,
			'protocol', NEW.protocol, 'peer_as', NEW.peer_as, 'max_routes', NEW.max_routes,
			'virtual_address', NEW.virtual_address, 'vrid', NEW.vrid, 'priority', NEW.priority));
	INSERT INTO change_log (tbl, op, row_id, tenant_id)
		SELECT 'link', 'update', OLD.id, OLD.tenant_id
		WHERE OLD.tenant_id IS NOT NEW.tenant_id;
END;

CREATE TRIGGER subnet_insert AFTER INSERT ON subnet BEGIN
	INSERT INTO change_log (tbl, op, row_id, tenant_id, now) VALUES ('subnet', 'insert', NEW.id, (SELECT tenant_id FROM logical_switch WHERE id = NEW.switch_id),
		json_object('id', NEW.id, 'switch_id', NEW.switch_id, 'prefix', NEW.prefix, 'gateway', NEW.gateway,
			'advertise', NEW.advertise));
END;
CREATE TRIGGER subnet_delete AFTER DELETE ON subnet BEGIN
	INSERT INTO change_log (tbl, op, row_id, tenant_id, was) VALUES ('subnet', 'delete', OLD.id, (SELECT tenant_id FROM logical_switch WHERE id = OLD.switch_id),
		json_object('id', OLD.id, 'switch_id', OLD.switch_id, 'prefix', OLD.prefix, 'gateway', OLD.gateway,
			'advertise', OLD.advertise));
END;
CREATE TRIGGER subnet_update AFTER UPDATE ON subnet BEGIN
	INSERT INTO change_log (tbl, op, row_id, tenant_id, was, now) VALUES ('subnet', 'update', NEW.id, (SELECT tenant_id FROM logical_switch WHERE id = NEW.switch_id),
		json_object('id', OLD.id, 'switch_id', OLD.switch_id, 'prefix', OLD.prefix, 'gateway', OLD.gateway,
			'advertise', OLD.advertise),
		json_object('id', NEW.id, 'switch_id', NEW.switch_id, 'prefix', NEW.prefix, 'gateway', NEW.gateway,
			'advertise', NEW.advertise));
	INSERT INTO change_log (tbl, op, row_id, tenant_id)
		SELECT 'subnet', 'update', OLD.id, (SELECT tenant_id FROM logical_switch WHERE id = OLD.switch_id)
		WHERE (SELECT tenant_id FROM logical_switch WHERE id = OLD.switch_id) IS NOT (SELECT tenant_id FROM logical_switch WHERE id = NEW.switch_id);
END;

CREATE TRIGGER host_insert AFTER INSERT ON host BEGIN
	INSERT INTO change_log (tbl, op, row_id, tenant_id, now) VALUES ('host', 'insert', NEW.id, (SELECT s.tenant_id FROM logical_switch s JOIN subnet n ON n.switch_id = s.id WHERE n.id = NEW.subnet_id),
		json_object('id', NEW.id, 'subnet_id', NEW.subnet_id, 'address', NEW.address, 'site_id', NEW.site_id,
			'advertise', NEW.advertise, 'seen_by', NEW.seen_by));
END;
CREATE TRIGGER host_delete AFTER DELETE ON host BEGIN
	INSERT INTO change_log (tbl, op, row_id, tenant_id, was) VALUES ('host', 'delete', OLD.id, (SELECT s.tenant_id FROM logical_switch s JOIN subnet n ON n.switch_id = s.id WHERE n.id = OLD.subnet_id),
		json_object('id', OLD.id, 'subnet_id', OLD.subnet_id, 'address', OLD.address, 'site_id', OLD.site_id,
			'advertise', OLD.advertise, 'seen_by', OLD.seen_by));
END;
CREATE TRIGGER host_update AFTER UPDATE ON host BEGIN
	INSERT INTO change_log (tbl, op, row_id, tenant_id, was, now) VALUES ('host', 'update', NEW.id, (SELECT s.tenant_id FROM logical_switch s JOIN subnet n ON n.switch_id = s.id WHERE n.id = NEW.subnet_id),
		json_object('id', OLD.id, 'subnet_id', OLD.subnet_id, 'address', OLD.address, 'site_id', OLD.site_id,
			'advertise', OLD.advertise, 'seen_by', OLD.seen_by),
		json_object('id', NEW.id, 'subnet_id', NEW.subnet_id, 'address', NEW.address, 'site_id', NEW.site_id,
			'advertise', NEW.advertise, 'seen_by', NEW.seen_by));
	INSERT INTO change_log (tbl, op, row_id, tenant_id)
		SELECT 'host', 'update', OLD.id, (SELECT s.tenant_id FROM logical_switch s JOIN subnet n ON n.switch_id = s.id WHERE n.id = OLD.subnet_id)
		WHERE (SELECT s.tenant_id FROM logical_switch s JOIN subnet n ON n.switch_id = s.id WHERE n.id = OLD.subnet_id) IS NOT (SELECT s.tenant_id FROM logical_switch s JOIN subnet n ON n.switch_id = s.id WHERE n.id = NEW.subnet_id);
END;

CREATE TRIGGER public_address_insert AFTER INSERT ON public_address BEGIN
	INSERT INTO change_log (tbl, op, row_id, tenant_id, now) VALUES ('public_address', 'insert', NEW.id, NEW.tenant_id,
		json_object('id', NEW.id, 'tenant_id', NEW.tenant_id, 'address', NEW.address, 'protocol', NEW.protocol,
			'port', NEW.port, 'inside', NEW.inside, 'inside_port', NEW.inside_port,
			'recovered', NEW.recovered));
END;
CREATE TRIGGER public_address_delete AFTER DELETE ON public_address BEGIN
	INSERT INTO change_log (tbl, op, row_id, tenant_id, was) VALUES ('public_address', 'delete', OLD.id, OLD.tenant_id,
		json_object('id', OLD.id, 'tenant_id', OLD.tenant_id, 'address', OLD.address, 'protocol', OLD.protocol,
			'port', OLD.port, 'inside', OLD.inside, 'inside_port', OLD.inside_port,
			'recovered', OLD.recovered));
END;
CREATE TRIGGER public_address_update AFTER UPDATE ON public_address BEGIN
	INSERT INTO change_log (tbl, op, row_id, tenant_id, was, now) VALUES ('public_address', 'update', NEW.id, NEW.tenant_id,
		json_object('id', OLD.id, 'tenant_id', OLD.tenant_id, 'address', OLD.address, 'protocol', OLD.protocol,
			'port', OLD.port, 'inside', OLD.inside, 'inside_port', OLD.inside_port,
			'recovered', OLD.recovered),
		json_object('id', NEW.id, 'tenant_id', NEW.tenant_id, 'address', NEW.address, 'protocol', NEW.protocol,
			'port', NEW.port, 'inside', NEW.inside, 'inside_port', NEW.inside_port,
			'recovered', NEW.recovered));
	INSERT INTO change_log (tbl, op, row_id, tenant_id)
		SELECT 'public_address', 'update', OLD.id, OLD.tenant_id
		WHERE OLD.tenant_id IS NOT NEW.tenant_id;
END;

CREATE TRIGGER link_route_insert AFTER INSERT ON link_route BEGIN
	INSERT INTO change_log (tbl, op, row_id, tenant_id, now) VALUES ('link_route', 'insert', NEW.link_id, (SELECT tenant_id FROM link WHERE id = NEW.link_id),
		json_object('link_id', NEW.link_id, 'prefix', NEW.prefix));
END;
CREATE TRIGGER link_route_delete AFTER DELETE ON link_route BEGIN
	INSERT INTO change_log (tbl, op, row_id, tenant_id, was) VALUES ('link_route', 'delete', OLD.link_id, (SELECT tenant_id FROM link WHERE id = OLD.link_id),
		json_object('link_id', OLD.link_id, 'prefix', OLD.prefix));
END;
CREATE TRIGGER link_route_update AFTER UPDATE ON link_route BEGIN
	INSERT INTO change_log (tbl, op, row_id, tenant_id, was, now) VALUES ('link_route', 'update', NEW.link_id, (SELECT tenant_id FROM link WHERE id = NEW.link_id),
		json_object('link_id', OLD.link_id, 'prefix', OLD.prefix),
		json_object('link_id', NEW.link_id, 'prefix', NEW.prefix));
	INSERT INTO change_log (tbl, op, row_id, tenant_id)
		SELECT 'link_route', 'update', OLD.link_id, (SELECT tenant_id FROM link WHERE id = OLD.link_id)
		WHERE (SELECT tenant_id FROM link WHERE id = OLD.link_id) IS NOT (SELECT tenant_id FROM link WHERE id = NEW.link_id);
END;

-- A leak concerns two tenants.
CREATE TRIGGER leak_insert AFTER INSERT ON leak BEGIN
	INSERT INTO change_log (tbl, op, row_id, tenant_id, now) VALUES ('leak', 'insert', NEW.id, NEW.from_tenant,
		json_object('id', NEW.id, 'from_tenant', NEW.from_tenant, 'to_tenant', NEW.to_tenant,
			'prefix', NEW.prefix));
	INSERT INTO change_log (tbl, op, row_id, tenant_id) VALUES ('leak', 'insert', NEW.id, NEW.to_tenant);
END;
CREATE TRIGGER leak_delete AFTER DELETE ON leak BEGIN
	INSERT INTO change_log (tbl, op, row_id, tenant_id, was) VALUES ('leak', 'delete', OLD.id, OLD.from_tenant,
		json_object('id', OLD.id, 'from_tenant', OLD.from_tenant, 'to_tenant', OLD.to_tenant,
			'prefix', OLD.prefix));
	INSERT INTO change_log (tbl, op, row_id, tenant_id) VALUES ('leak', 'delete', OLD.id, OLD.to_tenant);
END;
CREATE TRIGGER leak_update AFTER UPDATE ON leak BEGIN
	INSERT INTO change_log (tbl, op, row_id, tenant_id, was, now) VALUES ('leak', 'update', NEW.id, NEW.from_tenant,
		json_object('id', OLD.id, 'from_tenant', OLD.from_tenant, 'to_tenant', OLD.to_tenant,
			'prefix', OLD.prefix),
		json_object('id', NEW.id, 'from_tenant', NEW.from_tenant, 'to_tenant', NEW.to_tenant,
			'prefix', NEW.prefix));
	INSERT INTO change_log (tbl, op, row_id, tenant_id)
		VALUES ('leak', 'update', NEW.id, NEW.to_tenant), ('leak', 'update', OLD.id, OLD.from_tenant), ('leak', 'update', OLD.id, OLD.to_tenant);
END;

COMMIT;
