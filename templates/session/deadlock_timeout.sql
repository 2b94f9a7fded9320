-- After how long a wait the server looks for a deadlock. Lock: none.
SELECT setting AS milliseconds FROM pg_settings WHERE name = 'deadlock_timeout';
