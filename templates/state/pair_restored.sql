-- The tables of a migration that came with a dump have other OIDs here. Lock: ROW EXCLUSIVE on our state.
UPDATE :state.pair SET blue = :blue, green = :green WHERE migration = :migration AND pair = 1;
