package execution.gateway;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.stereotype.Component;
import tenancy.TenantId;

/**
 * Keeps calls away from the platform's own network. It checks addresses, not names: whatever a name looks like, the
 * connection is made to exactly the addresses that were checked here.
 */
@Component
class DestinationGuard implements DisposableBean {

    /** Where names are looked up; tests put a hostile one here. */
    interface Resolver {
        InetAddress[] resolve(String host) throws UnknownHostException;
    }

    /** The name leads to an address that may not be called. */
    static final class Blocked extends UnknownHostException {
        private static final long serialVersionUID = 1;

        Blocked(String host) {
            super(host);
        }
    }

    private enum Reach {
        PUBLIC,
        /** Reachable only where the connector names the host. */
        PRIVATE,
        /** Reachable for nobody: metadata services, link-local, multicast and what has no host behind it. */
        NEVER
    }

    /** IPv4 by the IANA special-purpose registry; the first that matches counts, what matches none is public. */
    private static final List<Range> IPV4 = List.of(
            Range.of("100.100.100.200/32", Reach.NEVER), // metadata (Alibaba)
            Range.of("168.63.129.16/32", Reach.NEVER), // host agent (Azure)
            Range.of("10.0.0.0/8", Reach.PRIVATE),
            Range.of("100.64.0.0/10", Reach.PRIVATE),
            Range.of("127.0.0.0/8", Reach.PRIVATE),
            Range.of("172.16.0.0/12", Reach.PRIVATE),
            Range.of("192.168.0.0/16", Reach.PRIVATE),
            Range.of("0.0.0.0/8", Reach.NEVER),
            Range.of("169.254.0.0/16", Reach.NEVER), // link-local, metadata
            Range.of("192.0.0.0/24", Reach.NEVER), // protocol assignments, metadata (Oracle)
            Range.of("192.0.2.0/24", Reach.NEVER),
            Range.of("192.88.99.0/24", Reach.NEVER),
            Range.of("198.18.0.0/15", Reach.NEVER),
            Range.of("198.51.100.0/24", Reach.NEVER),
            Range.of("203.0.113.0/24", Reach.NEVER),
            Range.of("224.0.0.0/3", Reach.NEVER));

    /** IPv6: only global unicast is public, and of that not what is special. */
    private static final List<Range> IPV6 = List.of(
            Range.of("::1/128", Reach.PRIVATE),
            Range.of("fd00:ec2::/32", Reach.NEVER), // metadata (AWS)
            Range.of("fd20:ce::/32", Reach.NEVER), // metadata (Google)
            Range.of("fc00::/7", Reach.PRIVATE),
            Range.of("2001::/23", Reach.NEVER), // Teredo, ORCHID and others
            Range.of("2001:db8::/32", Reach.NEVER),
            Range.of("3fff::/20", Reach.NEVER),
            Range.of("2000::/3", Reach.PUBLIC),
            Range.of("::/0", Reach.NEVER));

    private final LookUps lookUps;

    @Autowired
    DestinationGuard(LookUpSettings settings) {
        this(InetAddress::getAllByName, settings);
    }

    DestinationGuard(Resolver resolver, LookUpSettings settings) {
        this.lookUps = new LookUps(resolver, settings);
    }

    /**
     * Looks a host up once.
     *
     * @param tenant on whose behalf
     * @param mayBePrivate whether the connector names this host as one that is private on purpose
     * @return the addresses that may be connected to; one bad address among good ones spoils all
     * @throws Blocked if the host leads where no call may go
     */
    InetAddress[] addresses(TenantId tenant, String host, boolean mayBePrivate) throws UnknownHostException {
        InetAddress[] found = lookUps.addresses(tenant, host);
        for (InetAddress address : found) {
            Reach reach = reach(address.getAddress());
            if (reach == Reach.NEVER || reach == Reach.PRIVATE && !mayBePrivate) {
                throw new Blocked(host);
            }
        }
        return found;
    }

    @Override
    public void destroy() {
        lookUps.close();
    }

    private static Reach reach(byte[] address) {
        if (address.length == 16) {
            // Written as IPv6, delivered as IPv4: what counts is the address inside.
            if (startsWith(address, NAT64) || startsWith(address, MAPPED)) {
                return reach(new byte[] {address[12], address[13], address[14], address[15]});
            }
            if (address[0] == 0x20 && address[1] == 0x02) {
                return reach(new byte[] {address[2], address[3], address[4], address[5]});
            }
        }
        for (Range range : address.length == 4 ? IPV4 : IPV6) {
            if (range.contains(address)) {
                return range.reach();
            }
        }
        return Reach.PUBLIC;
    }

    private static final byte[] NAT64 = {0, 0x64, (byte) 0xff, (byte) 0x9b, 0, 0, 0, 0, 0, 0, 0, 0};
    private static final byte[] MAPPED = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, (byte) 0xff, (byte) 0xff};

    private static boolean startsWith(byte[] address, byte[] prefix) {
        return java.util.Arrays.equals(address, 0, prefix.length, prefix, 0, prefix.length);
    }

    private record Range(byte[] network, int bits, Reach reach) {

        static Range of(String cidr, Reach reach) {
            int slash = cidr.indexOf('/');
            return new Range(
                    InetAddress.ofLiteral(cidr.substring(0, slash)).getAddress(),
                    Integer.parseInt(cidr, slash + 1, cidr.length(), 10),
                    reach);
        }

        boolean contains(byte[] address) {
            for (int bit = 0; bit < bits; bit++) {
                int mask = 0x80 >> (bit % 8);
                if ((network[bit / 8] & mask) != (address[bit / 8] & mask)) {
                    return false;
                }
            }
            return true;
        }
    }
}
