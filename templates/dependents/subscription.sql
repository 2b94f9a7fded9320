-- Subscriptions that write to the table: their apply workers know it by its OID. Lock: none.

-- [description]
UNION ALL
SELECT 'swap', format('subscription %s', srsubid), '', NULL, NULL, NULL FROM pg_subscription_rel WHERE srrelid = :oid

-- [marks]
CASE WHEN h.is_table THEN (SELECT string_agg(srsubid::text, ',' ORDER BY srsubid) FROM pg_subscription_rel WHERE srrelid = h.objid) END,

-- [refusals]
UNION ALL
SELECT 10, 'the table is the target of a subscription', 'its apply worker would skip rows without an error after the swap', 'Migrate on the publisher''s side, or take the table out of the subscription.'
 WHERE EXISTS (SELECT FROM pg_subscription_rel WHERE srrelid = :oid)

-- None of [lock] [moves] [refusals_change] [scene] [rehearsal]: it is refused.
-- None of [claims]: it is no dependency.
-- None of [refusals_green]: a change makes none.
-- None of [expected]: it is refused.
