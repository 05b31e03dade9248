package quota;

import java.util.Locale;
import org.axonframework.config.ProcessingGroup;
import org.axonframework.eventhandling.EventHandler;
import org.axonframework.messaging.annotation.MetaDataValue;
import org.springframework.stereotype.Component;
import quota.QuotaEvent.OverrideCleared;
import quota.QuotaEvent.OverrideSet;
import quota.QuotaEvent.QuotaClassChanged;
import quota.QuotaEvent.QuotaClassDefined;
import tenancy.TenantContext;
import tenancy.TenantId;
import tools.jackson.databind.json.JsonMapper;

/** Keeps classes and overrides as rows. */
@Component
@ProcessingGroup("quota")
class QuotaProjection {

    private final QuotaClassRows classes;
    private final OverrideRows overrides;
    private final JsonMapper json;

    QuotaProjection(QuotaClassRows classes, OverrideRows overrides, JsonMapper json) {
        this.classes = classes;
        this.overrides = overrides;
        this.json = json;
    }

    @EventHandler
    void on(QuotaClassDefined defined) {
        keep(new DefinedClass(defined.name(), defined.limits(), 1));
    }

    @EventHandler
    void on(QuotaClassChanged changed) {
        keep(new DefinedClass(changed.name(), changed.limits(), changed.version()));
    }

    private void keep(DefinedClass defined) {
        var key = new QuotaClassRow.Key(TenantId.FLEET.value(), defined.name());
        classes.save(new QuotaClassRow(
                key, defined.limits(), json.writeValueAsString(defined.limits().counted()), defined.version()));
    }

    @EventHandler
    void on(OverrideSet set, @MetaDataValue(value = TenantContext.TENANT, required = true) String tenant) {
        overrides.save(new OverrideRow(key(tenant, set.scope(), set.limit(), set.layer()), set.value(), set.version()));
    }

    @EventHandler
    void on(OverrideCleared cleared, @MetaDataValue(value = TenantContext.TENANT, required = true) String tenant) {
        overrides.deleteById(key(tenant, cleared.scope(), cleared.limit(), cleared.layer()));
    }

    private static OverrideRow.Key key(String tenant, String scope, String limit, Layer layer) {
        return new OverrideRow.Key(tenant, scope, limit, layer.name().toLowerCase(Locale.ROOT));
    }
}
