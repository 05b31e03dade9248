package execution.gateway;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * URLs that must lead nowhere, wherever tenants may name one: %d is the port of a listener on loopback that must see no
 * connection. For every place that takes a URL.
 */
public final class HostileDestinations {

    private static final List<String> HOSTS = List.of(
            // loopback, in all spellings
            "localhost",
            "LOCALHOST",
            "localhost.",
            "localhost.localdomain",
            "ip6-localhost",
            "127.0.0.1",
            "127.0.0.2",
            "127.255.255.254",
            "127.1",
            "127.0.1",
            "127.0.0.1.",
            "2130706433",
            "0x7f000001",
            "0x7f.1",
            "0x7F.0.0.0x1",
            "017700000001",
            "0177.0.0.1",
            "0177.0.0.01",
            "127.0.0.01",
            "000127.0.0.1",
            "0",
            "0.0.0.0",
            "00.0.0.0",
            "[::1]",
            "[0:0:0:0:0:0:0:1]",
            "[0000::0001]",
            "[::]",
            "[::ffff:127.0.0.1]",
            "[::ffff:7f00:1]",
            "[0:0:0:0:0:ffff:127.0.0.1]",
            "[::ffff:0:127.0.0.1]",
            "[::127.0.0.1]",
            "[::7f00:1]",
            "[64:ff9b::127.0.0.1]",
            "[64:ff9b::7f00:1]",
            "[64:ff9b:1::7f00:1]",
            "[2002:7f00:1::]",
            "[2001:0:7f00:1::]",
            "[::1%25lo]",
            "[::1%lo]",
            "[fe80::1%25lo]",
            "[fe80::1]",
            // metadata services
            "169.254.169.254",
            "169.254.170.2",
            "169.254.169.253",
            "0xa9fea9fe",
            "2852039166",
            "0251.0376.0251.0376",
            "169.254.43518",
            "[::ffff:169.254.169.254]",
            "[64:ff9b::a9fe:a9fe]",
            "[2002:a9fe:a9fe::]",
            "[fd00:ec2::254]",
            "[fd20:ce::254]",
            "100.100.100.200",
            "168.63.129.16",
            "192.0.0.192",
            // private and special
            "10.0.0.1",
            "172.16.0.1",
            "192.168.0.1",
            "100.64.0.1",
            "[fc00::1]",
            "224.0.0.1",
            "255.255.255.255",
            "[ff02::1]",
            // not what they look like
            "%31%32%37.0.0.1",
            "127.0.0.1%00.example.com",
            "localhost%2eexample.com",
            "127\u30020\u30020\u30021",
            "\u2460\u2461\u2466.\u24ea.\u24ea.\u2460",
            "\uff11\uff12\uff17.\uff10.\uff10.\uff11",
            "\u217c\u24de\u24d2\u24d0\u217c\u24d7\u24de\u24e2\u24e3",
            "loc\u00adalhost",
            "127.0.0.1\\.example.com",
            "127.0.0.1;example.com",
            "127.0.0.1,example.com",
            "[127.0.0.1]",
            "[::1",
            "::1",
            "-localhost-",
            "local host",
            "localhost\t");

    private static final List<String> WHOLE = List.of(
            "https://example.com@127.0.0.1:%d/",
            "https://example.com:443@127.0.0.1:%d/",
            "https://127.0.0.1:%d@127.0.0.1:%d/",
            "https://example.com%%40127.0.0.1:%d/",
            "https://example.com\\@127.0.0.1:%d/",
            "https://127.0.0.1:%d\\@example.com/",
            "https://127.0.0.1:%d#@example.com/",
            "https://127.0.0.1:%d/\r\nHost: example.com",
            "https://127.0.0.1:%d\r\n.example.com/",
            "https://127.0.0.1\u0000:%d/",
            "https:127.0.0.1:%d/",
            "https:///127.0.0.1:%d/",
            "https:/127.0.0.1:%d/",
            "//127.0.0.1:%d/",
            "127.0.0.1:%d",
            "ftp://127.0.0.1:%d/",
            "file:///etc/passwd",
            "file://127.0.0.1:%d/etc/passwd",
            "gopher://127.0.0.1:%d/_GET",
            "dict://127.0.0.1:%d/info",
            "ldap://127.0.0.1:%d/",
            "jar:http://127.0.0.1:%d/x.jar!/",
            "netdoc:///etc/passwd",
            "data:text/plain,hello",
            "javascript:alert(1)",
            "unix:///var/run/docker.sock",
            "https://127.0.0.1:99999/",
            "https://127.0.0.1:0/",
            "https://127.0.0.1:-1/",
            "",
            " ",
            "https://",
            "https://:%d/",
            "https://*/");

    private HostileDestinations() {}

    /** All of them, over http and https. */
    public static List<String> urls(int port) {
        List<String> all = new ArrayList<>();
        for (String host : HOSTS) {
            all.add("http://" + host + ":" + port + "/");
            all.add("https://" + host + ":" + port + "/");
        }
        for (String url : WHOLE) {
            all.add(url.replace("%d", Integer.toString(port)).replace("%%", "%"));
        }
        return all;
    }

    /** As many more, each one of them with a few characters changed, doubled, left out, cased or percent-encoded. */
    public static List<String> mutated(int port, long seed, int times) {
        List<String> urls = urls(port);
        var random = new Random(seed);
        List<String> all = new ArrayList<>();
        for (int i = 0; i < times; i++) {
            var url = new StringBuilder(urls.get(random.nextInt(urls.size())));
            for (int change = random.nextInt(3); change >= 0 && !url.isEmpty(); change--) {
                int at = random.nextInt(url.length());
                char c = url.charAt(at);
                switch (random.nextInt(6)) {
                    case 0 -> url.insert(at, c);
                    case 1 -> url.deleteCharAt(at);
                    case 2 ->
                        url.setCharAt(
                                at, Character.isUpperCase(c) ? Character.toLowerCase(c) : Character.toUpperCase(c));
                    case 3 -> url.replace(at, at + 1, "%%%02X".formatted(c & 0xff));
                    case 4 -> url.insert(at, "@\\/#?.:%[]\r\n\t ;\u3002\uff0e".charAt(random.nextInt(17)));
                    default -> url.setCharAt(at, (char) ('0' + random.nextInt(10)));
                }
            }
            all.add(url.toString());
        }
        return all;
    }
}
