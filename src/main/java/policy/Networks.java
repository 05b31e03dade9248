package policy;

import java.math.BigInteger;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** A list of networks in CIDR notation, of both families. Only literal addresses are in them: no name is looked up. */
final class Networks {

    private static final Pattern CIDR = Pattern.compile("([0-9a-fA-F:.]{2,45})/(\\d{1,3})");

    /** @param bits of the family: 32 or 128 */
    private record Network(BigInteger prefix, int length, int bits) {

        boolean contains(BigInteger address, int family) {
            return family == bits && address.shiftRight(bits - length).equals(prefix);
        }
    }

    private final List<Network> networks;

    Networks(List<String> patterns) {
        this.networks =
                patterns.stream().map(Networks::parse).flatMap(Optional::stream).toList();
    }

    static boolean isNotation(String pattern) {
        return pattern.indexOf('/') >= 0;
    }

    /** Whether this names a network, and not an address inside of one. */
    static boolean isValid(String cidr) {
        return parse(cidr).isPresent();
    }

    boolean isEmpty() {
        return networks.isEmpty();
    }

    boolean contain(String host) {
        if (networks.isEmpty() || !mayBeLiteral(host)) {
            return false;
        }
        Optional<byte[]> address = literal(unbracketed(host));
        if (address.isEmpty()) {
            return false;
        }
        BigInteger number = new BigInteger(1, address.get());
        int family = address.get().length * Byte.SIZE;
        return networks.stream().anyMatch(network -> network.contains(number, family));
    }

    private static Optional<Network> parse(String cidr) {
        var matched = CIDR.matcher(cidr);
        if (!matched.matches()) {
            return Optional.empty();
        }
        int length = Integer.parseInt(matched.group(2));
        return literal(matched.group(1)).flatMap(address -> {
            int bits = address.length * Byte.SIZE;
            if (length > bits) {
                return Optional.empty();
            }
            BigInteger number = new BigInteger(1, address);
            BigInteger prefix = number.shiftRight(bits - length);
            return prefix.shiftLeft(bits - length).equals(number)
                    ? Optional.of(new Network(prefix, length, bits))
                    : Optional.empty();
        });
    }

    /** A scope (%eth0) would be looked up among this machine's interfaces. */
    private static Optional<byte[]> literal(String address) {
        if (address.indexOf('%') >= 0) {
            return Optional.empty();
        }
        try {
            return Optional.of(InetAddress.ofLiteral(address).getAddress());
        } catch (IllegalArgumentException noLiteral) {
            return Optional.empty();
        }
    }

    private static boolean mayBeLiteral(String host) {
        return !host.isEmpty()
                && (Character.digit(host.charAt(0), 16) >= 0 || host.charAt(0) == ':' || host.charAt(0) == '[');
    }

    private static String unbracketed(String host) {
        return host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
    }
}
