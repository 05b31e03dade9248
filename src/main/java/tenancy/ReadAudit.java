package tenancy;

/** Which of a tenant's own readers are seen reading, as the tenant's policy has it. */
public interface ReadAudit {

    /** Whether each read by a caller of this role is written into the tenant's journal. Asked of every request. */
    boolean journals(TenantId tenant, Role role);
}
