-- What reports of incidents are counted from is forgotten after its time; the journal keeps it.
grant delete on audit.action_fact, audit.notable_fact to firebreak_app;
