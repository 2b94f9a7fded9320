-- Notes an event of a migration. Lock: ROW EXCLUSIVE on our state.
INSERT INTO pgswap.event (migration, kind, detail) VALUES (:migration, :'kind', :'detail');
