-- The database roles of the house, one per kind of organisation and one per room's own work.
-- Applied once per cluster by whoever may create roles; safe to apply again.
-- None of them logs in, owns anything or passes by row-level security. A login role that is a
-- member of all of them, without inheriting, assumes one at the start of each transaction.
DO $$
DECLARE
    wanted text;
BEGIN
    FOREACH wanted IN ARRAY ARRAY[
        'jlis_door',         -- passwords, second factors, sessions, tokens; no resident
        'jlis_municipal',    -- a municipality's or a ward's staff and system: one office
        'jlis_city',         -- a designated city as a whole: all of its wards
        'jlis_prefectural',  -- a prefecture: its prefecture
        'jlis_national',     -- a national organ: only within a declared affair
        'jlis_operator',     -- J-LIS's own centres, by duty
        'jlis_auditor',      -- the audit chain, no register
        'jlis_registry',     -- juki's verbs that cross a municipality's border
        'jlis_numbers',      -- the individual numbers, and nothing else
        'jlis_system',       -- the kernel's own work: sealing, delivering, running jobs
        'jlis_jpki',         -- jpki's subscribers and publications
        'jlis_mynacard',     -- mynacard's services, subscribers and batches
        'jlis_bcl',          -- bcl's copies, whichever town they are of
        'jlis_konbini',      -- konbini's relay and its counts
        'jlis_lgwan',        -- lgwan's registers of the network and of what is served on it; no resident
        'jlis_public'        -- the public face of the PKI; no resident
    ]
    LOOP
        IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = wanted) THEN
            EXECUTE format('CREATE ROLE %I NOLOGIN NOINHERIT NOSUPERUSER NOBYPASSRLS', wanted);
        END IF;
    END LOOP;
END
$$;
