-- Empties what a test wrote, in one call. Most tests touch a handful of tables, so looking into
-- each and deleting where there is something is much quicker than truncating all of them.
CREATE SCHEMA suite;
GRANT USAGE ON SCHEMA suite TO PUBLIC;

-- Rows that migrations put there are part of the schema; a test that changed them gets them back.
CREATE TABLE suite.seeded (name text PRIMARY KEY, digest text NOT NULL);

CREATE FUNCTION suite.digest(name text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE found text;
BEGIN
    EXECUTE format(
        'SELECT md5(coalesce(string_agg(t::text, E''\n'' ORDER BY t::text), '''')) FROM public.%I t',
        name
    ) INTO found;
    RETURN found;
END $$;

DO $$
DECLARE
    name text;
    filled boolean;
BEGIN
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
        EXECUTE format('SELECT EXISTS (SELECT 1 FROM public.%I)', name) INTO filled;
        IF filled THEN
            EXECUTE format('CREATE TABLE suite.%I AS TABLE public.%I', 'seed_' || name, name);
            INSERT INTO suite.seeded VALUES (name, suite.digest(name));
        END IF;
    END LOOP;
END $$;

-- As a replica it passes by triggers and foreign keys: the guards of append-only tables would
-- refuse, and any order of the tables will do.
CREATE FUNCTION suite.clean() RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET session_replication_role = replica SET lock_timeout = '5s' AS $$
DECLARE
    name text;
    expected text;
    filled boolean;
BEGIN
    PERFORM pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
        AND state <> 'idle';
    FOR name, expected IN
        SELECT tablename, digest FROM pg_tables LEFT JOIN suite.seeded s ON s.name = tablename
        WHERE schemaname = 'public'
    LOOP
        IF expected IS NULL THEN
            EXECUTE format('SELECT EXISTS (SELECT 1 FROM public.%I)', name) INTO filled;
            IF filled THEN
                EXECUTE format('DELETE FROM public.%I', name);
            END IF;
        ELSIF suite.digest(name) <> expected THEN
            EXECUTE format('DELETE FROM public.%I', name);
            EXECUTE format('INSERT INTO public.%I SELECT * FROM suite.%I', name, 'seed_' || name);
        END IF;
    END LOOP;
END $$;
