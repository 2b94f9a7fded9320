-- What must hold for a swap: nobody asked to wait, and the last parity pass of every pair was clean.
-- Lock: ACCESS SHARE on our state.
SELECT m.paused,
       (SELECT count(*) FROM pgswap.pair p WHERE p.migration = m.id)
       = (SELECT count(*) FROM pgswap.parity y
           WHERE y.migration = m.id AND y.state = 'clean' AND y.live = m.live) AS proved
  FROM pgswap.migration m WHERE m.id = :migration;
