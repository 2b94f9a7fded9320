-- Whether keys are left that were applied, or written by capture, and not looked at again. Lock: ACCESS SHARE on our own table.
SELECT EXISTS (SELECT FROM :applied) OR EXISTS (SELECT FROM :written) AS unproven;
