-- SPDX-License-Identifier: GPL-2.0-or-later
--
-- What PostgreSQL's schema has that schema.sql cannot say, in pieces that generate.py puts in their places.
-- "@ NAME" begins a piece. "@ instead of TRIGGER ... = SUM" is one for triggers that generate.py cannot translate;
-- SUM is of their text in schema.sql, so that a change there is not missed here.

-- @ head
-- Writers take turns, in all tables below that say something of the network: the first
-- statement of a transaction that writes one waits until the writer before has ended.
-- So the log's numbers are in the order of commits, without gaps, and nobody deadlocks.
--
-- One row: the newest revision, change_log.seq.  Set when a transaction commits.
CREATE TABLE change_seq (
	one         boolean PRIMARY KEY DEFAULT true CHECK (one),
	seq         bigint NOT NULL
);
INSERT INTO change_seq (seq) VALUES (0);

CREATE FUNCTION take_turn() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
	IF TG_OP = 'TRUNCATE' THEN
		RAISE EXCEPTION USING ERRCODE = 'feature_not_supported', MESSAGE = 'nodes would not hear of this; use DELETE';
	END IF;
	PERFORM 1 FROM change_seq FOR UPDATE;
	RETURN NULL;
END $$;

CREATE FUNCTION give_seq() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
	SELECT seq INTO NEW.seq FROM change_seq FOR UPDATE;
	NEW.seq := greatest(NEW.seq, (SELECT seq FROM change_log ORDER BY seq DESC LIMIT 1)) + 1;
	RETURN NEW;
END $$;

-- Once a transaction: an update for each row would read all that came before it.
CREATE FUNCTION keep_seq() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
	before bigint;
BEGIN
	SELECT seq INTO before FROM change_seq WHERE seq < NEW.seq;
	IF FOUND THEN
		UPDATE change_seq SET seq = (SELECT seq FROM change_log ORDER BY seq DESC LIMIT 1);
		PERFORM tell_concerned(before, (SELECT seq FROM change_seq));
	END IF;
	RETURN NULL;
END $$;

-- LISTEN frr_tenant hears of each commit once, frr_tenant_all of those that nobody can say whom they concern.
CREATE FUNCTION tell_nodes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	PERFORM pg_notify('frr_tenant', '');
	IF TG_TABLE_NAME <> 'change_log' THEN
		PERFORM pg_notify('frr_tenant_all', '');
	END IF;
	RETURN NULL;
END $$;

-- Ids are the next number, and never given twice.  They do not come from sequences, since
-- these lose a number with each row that is refused and up to 32 with each crash, while
-- VLANs are derived from ids.  A row here is the greatest id of a table that went.
CREATE TABLE id_given (
	tbl         text COLLATE "C" PRIMARY KEY,
	last        bigint NOT NULL
);

CREATE FUNCTION give_id() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
	IF NEW.id IS NULL THEN
		EXECUTE format('SELECT greatest((SELECT id FROM %I ORDER BY id DESC LIMIT 1),'
			' (SELECT last FROM id_given WHERE tbl = %L), 0) + 1', TG_TABLE_NAME, TG_TABLE_NAME) INTO NEW.id;
	END IF;
	RETURN NEW;
END $$;

-- Before the first of many is deleted, all of them are still there.
CREATE FUNCTION keep_id() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
	IF NOT EXISTS (SELECT 1 FROM id_given WHERE tbl = TG_TABLE_NAME AND last >= OLD.id) THEN
		EXECUTE format('INSERT INTO id_given SELECT %L, max(id) FROM %I'
			' ON CONFLICT (tbl) DO UPDATE SET last = excluded.last', TG_TABLE_NAME, TG_TABLE_NAME);
	END IF;
	IF TG_OP = 'DELETE' THEN
		RETURN OLD;
	END IF;
	RETURN NEW;
END $$;

-- What a row says of a tenant: a column of it, or a SELECT in which it is $1.
CREATE FUNCTION tenant_of(what text, image record) RETURNS bigint LANGUAGE plpgsql STABLE AS $$
DECLARE
	id bigint;
BEGIN
	IF what LIKE 'SELECT %' THEN
		EXECUTE what INTO id USING image;
	ELSIF what <> '' THEN
		id := to_jsonb(image) ->> what;
	END IF;
	RETURN id;
END $$;

-- An entry in change_log for each row, as schema.sql has a trigger for each table.  Arguments: the
-- column that is row_id there ('': none), the tenant concerned ('': all), and a second one where there are two.
CREATE FUNCTION log_change() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
	was json;
	now json;
	was_of bigint;
	now_of bigint;
BEGIN
	IF TG_OP <> 'INSERT' THEN
		was := row_to_json(OLD);
		was_of := tenant_of(TG_ARGV[1], OLD);
	END IF;
	IF TG_OP <> 'DELETE' THEN
		now := row_to_json(NEW);
		now_of := tenant_of(TG_ARGV[1], NEW);
	END IF;
	INSERT INTO change_log (tbl, op, row_id, tenant_id, was, now)
		VALUES (TG_TABLE_NAME, lower(TG_OP), (coalesce(now, was) ->> TG_ARGV[0])::bigint,
			CASE TG_OP WHEN 'DELETE' THEN was_of ELSE now_of END, was, now);
	IF TG_NARGS > 2 THEN
		INSERT INTO change_log (tbl, op, row_id, tenant_id)
			VALUES (TG_TABLE_NAME, lower(TG_OP), (coalesce(now, was) ->> TG_ARGV[0])::bigint,
				(coalesce(now, was) ->> TG_ARGV[2])::bigint);
	END IF;
	IF TG_OP = 'UPDATE' AND (TG_NARGS > 2 OR was_of IS DISTINCT FROM now_of) THEN
		INSERT INTO change_log (tbl, op, row_id, tenant_id)
			VALUES (TG_TABLE_NAME, 'update', (was ->> TG_ARGV[0])::bigint, was_of);
	END IF;
	IF TG_OP = 'UPDATE' AND TG_NARGS > 2 THEN
		INSERT INTO change_log (tbl, op, row_id, tenant_id)
			VALUES (TG_TABLE_NAME, 'update', (was ->> TG_ARGV[0])::bigint, (was ->> TG_ARGV[2])::bigint);
	END IF;
	RETURN NULL;
END $$;

-- An entry that does not say what the row was.
CREATE FUNCTION log_row() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
	INSERT INTO change_log (tbl, op, row_id)
		VALUES (TG_TABLE_NAME, lower(TG_OP), (to_jsonb(coalesce(NEW, OLD)) ->> TG_ARGV[0])::bigint);
	RETURN NULL;
END $$;

-- @ change_log columns
	xid         text NOT NULL                       -- the transaction, and a random number: after a failover that lost
		DEFAULT pg_current_xact_id()::text || '-' || left(gen_random_uuid()::text, 8) -- it, another one has its seq

-- @ change_log triggers
CREATE TRIGGER id BEFORE INSERT ON change_log FOR EACH ROW EXECUTE FUNCTION give_seq();
CREATE CONSTRAINT TRIGGER seq_kept AFTER INSERT ON change_log DEFERRABLE INITIALLY DEFERRED
	FOR EACH ROW EXECUTE FUNCTION keep_seq();
CREATE TRIGGER told AFTER INSERT ON change_log FOR EACH STATEMENT EXECUTE FUNCTION tell_nodes();

-- @ operation triggers
CREATE TRIGGER told AFTER INSERT OR UPDATE OR DELETE ON operation
	FOR EACH ROW EXECUTE FUNCTION tell_nodes();

-- @ operation_step triggers
CREATE TRIGGER told AFTER INSERT OR UPDATE OR DELETE ON operation_step
	FOR EACH ROW EXECUTE FUNCTION tell_nodes();

-- @ instead of switch_vlan_insert switch_vlan_delete switch_vlan_update = 8d8430a0
CREATE FUNCTION give_vlan() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
	IF NEW.vlan IS NOT NULL OR NOT EXISTS (SELECT 1 FROM switch_domain WHERE id = NEW.domain_id) THEN
		RETURN NEW;
	END IF;
	SELECT free INTO NEW.vlan
		FROM (SELECT vlan_first AS free FROM switch_domain WHERE id = NEW.domain_id
			UNION ALL SELECT vlan + 1 FROM switch_vlan WHERE domain_id = NEW.domain_id) AS candidate
		WHERE free BETWEEN (SELECT vlan_first FROM switch_domain WHERE id = NEW.domain_id)
			AND (SELECT vlan_last FROM switch_domain WHERE id = NEW.domain_id)
			AND NOT EXISTS (SELECT 1 FROM switch_vlan WHERE domain_id = NEW.domain_id AND vlan = free)
		ORDER BY free LIMIT 1;
	IF NEW.vlan IS NULL THEN
		RAISE EXCEPTION USING ERRCODE = 'check_violation',
			MESSAGE = 'this switch domain has no VLAN left; use VXLAN only';
	END IF;
	RETURN NEW;
END $$;
CREATE TRIGGER vlan BEFORE INSERT ON switch_vlan FOR EACH ROW EXECUTE FUNCTION give_vlan();
CREATE TRIGGER log AFTER INSERT OR UPDATE OR DELETE ON switch_vlan FOR EACH ROW
	EXECUTE FUNCTION log_change('switch_id', 'SELECT tenant_id FROM logical_switch WHERE id = ($1).switch_id');

-- @ tail
-- Who matters to whom: the parties of a leak, and those who may claim the same number (model/claims.h).  Of these one has
-- it in a column "override", and the other by its rule; two in a column are refused, but for VLANs of circuits.  Each
-- way round for itself and by an index, as "of" is what is known.  Names of VRFs, tables and ports are a matter of nodes
-- that have both.
CREATE VIEW tenant_neighbor AS SELECT id, of FROM (
	SELECT t.id, o.id AS of FROM tenant o JOIN tenant t ON t.id = o.rd_number WHERE t.rd_number IS NULL
	UNION ALL
	SELECT o.id, t.id FROM tenant t JOIN tenant o ON o.rd_number = t.id WHERE t.rd_number IS NULL
	UNION ALL
	SELECT t.id, o.id FROM tenant o JOIN tenant t ON t.id = o.rt_number WHERE t.rt_number IS NULL
	UNION ALL
	SELECT o.id, t.id FROM tenant t JOIN tenant o ON o.rt_number = t.id WHERE t.rt_number IS NULL
	UNION ALL
	SELECT t.id, o.id FROM tenant o CROSS JOIN provider p JOIN tenant t ON t.id = o.rt_number - p.leak_base
	UNION ALL
	SELECT o.id, t.id FROM tenant t CROSS JOIN provider p JOIN tenant o ON o.rt_number = t.id + p.leak_base
	UNION ALL
	SELECT t.tenant_id, o.tenant_id FROM logical_switch o CROSS JOIN provider p
		JOIN logical_switch t ON t.id = o.vni - p.vni_base WHERE t.vni IS NULL
	UNION ALL
	SELECT o.tenant_id, t.tenant_id FROM logical_switch t CROSS JOIN provider p
		JOIN logical_switch o ON o.vni = t.id + p.vni_base WHERE t.vni IS NULL
	UNION ALL
	SELECT o.tenant_id, t.tenant_id FROM circuit t JOIN circuit o ON o.wire_id = t.wire_id AND o.vlan = t.vlan
	UNION ALL
	SELECT t.tenant_id, o.tenant_id FROM circuit o JOIN wire w ON w.id = o.wire_id
		JOIN wire_port p ON p.wire_id = w.id JOIN attachment t ON t.tenant_id = o.vlan - w.vlan_base AND t.node_id = p.node_id
	UNION ALL
	SELECT o.tenant_id, t.tenant_id FROM attachment t JOIN wire_port p ON p.node_id = t.node_id
		JOIN wire w ON w.id = p.wire_id JOIN circuit o ON o.wire_id = w.id AND o.vlan = t.tenant_id + w.vlan_base
	UNION ALL
	SELECT o.tenant_id, t.tenant_id FROM public_address t JOIN public_address o ON o.address = t.address
	UNION ALL
	SELECT to_tenant, from_tenant FROM leak
	UNION ALL
	SELECT from_tenant, to_tenant FROM leak
) AS pair WHERE id <> of;
CREATE INDEX circuit_vlan ON circuit (wire_id, vlan) WHERE vlan IS NOT NULL;
CREATE INDEX public_address_tenant ON public_address (tenant_id);
CREATE INDEX wire_port_node ON wire_port (node_id);

-- Where a tenant is.
CREATE VIEW tenant_place AS
	SELECT attachment.tenant_id, node.name AS node FROM attachment JOIN node ON node.id = attachment.node_id
	UNION ALL
	SELECT link.tenant_id, node.name FROM link JOIN node ON node.id = link.node_id;

-- The tenants that a node has to know of: those it serves, and their neighbors.  Whether one of them is to be held is
-- decided by each node for itself, and all are to come to the same.
CREATE FUNCTION served_tenants(node_name text) RETURNS SETOF bigint LANGUAGE sql STABLE
BEGIN ATOMIC
	WITH served AS MATERIALIZED (SELECT DISTINCT tenant_id AS id FROM tenant_place WHERE node = node_name)
	SELECT id FROM served
	UNION
	SELECT neighbor.id FROM served CROSS JOIN LATERAL (SELECT id FROM tenant_neighbor WHERE of = served.id OFFSET 0) AS neighbor;
END;

-- The same of one tenant, for which it need not list them all.
CREATE FUNCTION serves_tenant(node_name text, tenant bigint) RETURNS boolean LANGUAGE sql STABLE
BEGIN ATOMIC
	SELECT EXISTS (SELECT FROM tenant_place WHERE tenant_id = tenant AND node = node_name)
		OR EXISTS (SELECT FROM (SELECT id FROM tenant_neighbor WHERE of = tenant OFFSET 0) AS neighbor
			JOIN tenant_place place ON place.tenant_id = neighbor.id WHERE place.node = node_name);
END;

-- The channel of a node; of one with a very long name, that of others, too.
CREATE FUNCTION node_channel(node_name text) RETURNS text LANGUAGE sql IMMUTABLE
	RETURN 'frr_tenant_node_' || left(node_name, 40);

-- What a node says instead of LISTEN.
CREATE FUNCTION listen_as(node_name text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	LISTEN frr_tenant_all;
	EXECUTE format('LISTEN %I', node_channel(node_name));
END $$;

-- Those of the change_log between the two: who has to look now.  As it is when all of it is written, nodes that have
-- the tenant, or a neighbor of it, and those that had it before; everybody, where more is touched than can be told in a
-- moment.  Who is not told comes to the same when it looks next by itself.
-- Planning it anew would take five times as long as doing it.
CREATE FUNCTION tell_concerned(before bigint, newest bigint) RETURNS void LANGUAGE plpgsql
	SET plan_cache_mode = force_generic_plan AS $$
BEGIN
	IF newest - before > 1000 OR EXISTS (
			SELECT FROM change_log log WHERE seq > before AND seq <= newest AND (tbl IN (@shared but bundle, bundle_network@)
			-- a number is free again, and somebody may be waiting for it
			OR was IS NOT NULL AND tbl IN ('tenant', 'logical_switch', 'circuit', 'public_address') AND EXISTS (
				SELECT FROM unnest(ARRAY['rd_number', 'rt_number', 'vni', 'vlan', 'address']) AS field
					WHERE was::json ->> field <> coalesce(now::json ->> field, '')))) THEN
		PERFORM pg_notify('frr_tenant_all', '');
		RETURN;
	END IF;
	PERFORM pg_notify(node_channel(concerned.node), '') FROM (
		WITH changed AS MATERIALIZED (SELECT DISTINCT tenant_id AS id FROM change_log WHERE seq > before AND seq <= newest
				AND tenant_id IS NOT NULL),
			touched AS MATERIALIZED (SELECT id FROM changed UNION SELECT neighbor.id FROM changed
				CROSS JOIN LATERAL (SELECT id FROM tenant_neighbor WHERE of = changed.id OFFSET 0) AS neighbor)
		SELECT place.node FROM touched CROSS JOIN LATERAL (
				SELECT node FROM tenant_place WHERE tenant_id = touched.id OFFSET 0) AS place
		UNION
		SELECT node.name FROM change_log JOIN node ON node.id = (was::json ->> 'node_id')::bigint
			WHERE seq > before AND seq <= newest AND tbl IN ('attachment', 'link')) AS concerned;
END $$;

-- Lets a role do what tenantd does: read all, and write what its node says of itself and of hosts.
CREATE FUNCTION allow_node(node_role name) RETURNS void LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
	tbl text;
BEGIN
	EXECUTE format('GRANT USAGE ON SCHEMA %I TO %I', current_schema(), node_role);
	FOREACH tbl IN ARRAY ARRAY[@tables@] LOOP
		EXECUTE format('GRANT SELECT ON %I TO %I', tbl, node_role);
	END LOOP;
	EXECUTE format('GRANT INSERT, UPDATE, DELETE ON node_status, tenant_status, subnet_trace TO %I', node_role);
	EXECUTE format('GRANT INSERT, UPDATE ON host TO %I', node_role);
	EXECUTE format('GRANT SELECT ON tenant_neighbor, tenant_place TO %I', node_role);
	EXECUTE format('GRANT EXECUTE ON FUNCTION served_tenants(text), serves_tenant(text, bigint),'
		' node_channel(text), listen_as(text) TO %I', node_role);
END $$;

-- A role of this name is taken to be tenantd's; for any other say SELECT allow_node('NAME').
DO $$
BEGIN
	IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'frr_tenant_node') THEN
		PERFORM allow_node('frr_tenant_node');
	END IF;
END $$;

-- Nobody hangs them on a table of his own.
REVOKE EXECUTE ON FUNCTION @functions@ FROM PUBLIC;
