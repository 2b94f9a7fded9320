-- Whether keys are left that were applied and not looked at again. Lock: ACCESS SHARE on our own table.
SELECT EXISTS (SELECT FROM :applied) AS unproven;
