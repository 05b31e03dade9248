package execution.gateway;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The proxy that all connections to target systems are made through. It is asked for a tunnel to the address that was
 * checked and never for a name, so that nobody else decides where a call arrives.
 *
 * @param host absent for none
 * @param user and password: sent to the proxy only, as basic credential
 * @param noProxy hosts that are connected to directly; one that begins with a dot stands for all below it
 */
@ConfigurationProperties("firebreak.gateway.proxy")
record ProxySettings(
        @Nullable String host,
        @DefaultValue("3128") int port,
        @Nullable String user,
        @Nullable String password,
        @DefaultValue List<String> noProxy) {

    ProxySettings {
        noProxy = noProxy.stream().map(one -> one.toLowerCase(Locale.ROOT)).toList();
    }

    boolean appliesTo(String target) {
        return host != null
                && noProxy.stream().noneMatch(one -> one.startsWith(".") ? target.endsWith(one) : target.equals(one));
    }

    /** Never the password: this may end in a log. */
    @Override
    public String toString() {
        return "ProxySettings[" + host + ":" + port + "]";
    }
}
