-- Our role. Lock: none.
SELECT quote_ident(current_user) AS role;
