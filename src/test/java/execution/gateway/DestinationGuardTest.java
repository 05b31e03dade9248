package execution.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tenancy.TenantId;

class DestinationGuardTest {

    private static final TenantId ACME = new TenantId("tenant_acme");
    private static final LookUpSettings LOOK_UPS = new LookUpSettings(Duration.ofSeconds(2), 8, 4);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "127.0.0.1",
                "127.255.255.254",
                "::1",
                "10.0.0.1",
                "10.255.255.255",
                "172.16.0.1",
                "172.31.255.255",
                "192.168.0.1",
                "100.64.0.1",
                "100.127.255.255",
                "fc00::1",
                "fdff:ffff::1",
                "::ffff:127.0.0.1",
                "::ffff:10.0.0.1",
                "64:ff9b::7f00:1",
                "64:ff9b::10.0.0.1",
                "2002:7f00:1::1",
                "2002:c0a8:1::1"
            })
    void a_private_address_is_only_for_the_host_that_is_named(String address) throws UnknownHostException {
        DestinationGuard guard = leadingTo(address);

        assertThatThrownBy(() -> guard.addresses(ACME, "target", false)).isInstanceOf(DestinationGuard.Blocked.class);
        assertThat(guard.addresses(ACME, "target", true)).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "169.254.169.254",
                "169.254.170.2",
                "169.254.0.1",
                "100.100.100.200",
                "168.63.129.16",
                "192.0.0.192",
                "fd00:ec2::254",
                "fd20:ce::254",
                "::ffff:169.254.169.254",
                "64:ff9b::169.254.169.254",
                "2002:a9fe:a9fe::1",
                "fe80::1",
                "febf::1",
                "fec0::1",
                "ff02::1",
                "ff0e::1",
                "224.0.0.1",
                "239.255.255.255",
                "240.0.0.1",
                "255.255.255.255",
                "0.0.0.0",
                "0.1.2.3",
                "::",
                "::127.0.0.1",
                "::a9fe:a9fe",
                "192.0.2.1",
                "198.51.100.1",
                "203.0.113.1",
                "198.18.0.1",
                "192.88.99.1",
                "2001:db8::1",
                "2001::1",
                "2001:10::1",
                "3fff::1",
                "64:ff9b:1::1",
                "100::1",
                "4000::1"
            })
    void some_addresses_are_for_nobody(String address) {
        DestinationGuard guard = leadingTo(address);

        assertThatThrownBy(() -> guard.addresses(ACME, "target", false)).isInstanceOf(DestinationGuard.Blocked.class);
        assertThatThrownBy(() -> guard.addresses(ACME, "target", true)).isInstanceOf(DestinationGuard.Blocked.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "8.8.8.8",
                "93.184.215.14",
                "172.15.255.255",
                "172.32.0.1",
                "100.63.255.255",
                "100.128.0.1",
                "169.253.255.255",
                "192.167.255.255",
                "223.255.255.255",
                "2606:2800:21f:cb07:6820:80da:af6b:8b2c",
                "2a00:1450::1",
                "64:ff9b::8.8.8.8",
                "::ffff:8.8.8.8"
            })
    void a_public_address_is_for_all(String address) throws UnknownHostException {
        assertThat(leadingTo(address).addresses(ACME, "target", false)).hasSize(1);
    }

    @Test
    void one_bad_address_spoils_all() {
        DestinationGuard guard = leadingTo("8.8.8.8", "127.0.0.1");

        assertThatThrownBy(() -> guard.addresses(ACME, "target", false)).isInstanceOf(DestinationGuard.Blocked.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "localhost",
                "127.1",
                "127.0.1",
                "2130706433",
                "0x7f000001",
                "0x7f.1",
                "017700000001",
                "0",
                "[::1]",
                "[::ffff:7f00:1]",
                "[0:0:0:0:0:ffff:127.0.0.1]",
                "[::]",
                "localhost.",
                "ip6-localhost"
            })
    void no_spelling_of_loopback_gets_through(String host) {
        DestinationGuard guard = new DestinationGuard(LOOK_UPS);

        assertThatThrownBy(() -> guard.addresses(ACME, host, false)).isInstanceOf(UnknownHostException.class);
    }

    private static DestinationGuard leadingTo(String... literals) {
        return new DestinationGuard(
                host -> {
                    InetAddress[] found = new InetAddress[literals.length];
                    for (int i = 0; i < literals.length; i++) {
                        found[i] = InetAddress.ofLiteral(literals[i]);
                    }
                    return found;
                },
                LOOK_UPS);
    }
}
