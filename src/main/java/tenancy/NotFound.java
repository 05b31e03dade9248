package tenancy;

/** There is no such thing in the caller's tenant; whether another tenant has one is not told. */
public class NotFound extends Refusal {

    /** @param kind what was asked for, as the API names it: {@code run}, {@code action} */
    public NotFound(String kind, String key) {
        super(Kind.NOT_FOUND, "not_found", "There is no %s %s in this tenant.".formatted(kind, key));
    }
}
