package policy;

import org.springframework.data.repository.Repository;

/** Ends of rules that are to come; row-level security shows one tenant's. */
interface RuleExpiryRows extends Repository<RuleExpiryRow, RuleExpiryRow.Key> {

    RuleExpiryRow save(RuleExpiryRow row);

    void deleteById(RuleExpiryRow.Key key);
}
