package policy;

/** A request body with a policy document in it: it may be sent as YAML, read as the JSON that says the same. */
public interface PolicyBody {}
