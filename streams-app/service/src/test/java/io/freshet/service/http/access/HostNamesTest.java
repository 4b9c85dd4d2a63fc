package io.freshet.service.http.access;

import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.service.config.FreshetConfig;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class HostNamesTest {
    @Test
    void shouldAllowLoopbackNamesAndAddressesWhenNothingIsSet() {
        HostNames names = names(Map.of());

        assertThat(new String[] {
                    "localhost",
                    "LOCALHOST:8080",
                    "localhost.",
                    "127.0.0.1",
                    "127.0.0.1:80",
                    "10.1.2.3:8080",
                    "[::1]",
                    "[fd00::7]:8080"
                })
                .allMatch(names::allow);
        assertThat(new String[] {
                    "evil.example",
                    "evil.example:8080",
                    "localhost.evil.example",
                    "127.0.0.1.evil.example",
                    "1.2.3.4.5",
                    "freshet",
                    ""
                })
                .noneMatch(names::allow);
    }

    @Test
    void shouldAllowItsOwnNamesAndThoseThatAreSet() {
        HostNames names = names(Map.of(
                "http.port", "8080",
                "http.host", "Shop-7",
                "http.advertised", "streams-1.freshet:8080",
                "http.hosts", "freshet-http, *.svc.cluster.local"));

        assertThat(new String[] {
                    "shop-7:8080", "streams-1.freshet:8080", "Freshet-HTTP", "freshet-http.shop.svc.cluster.local"
                })
                .allMatch(names::allow);
        assertThat(new String[] {
                    "streams-2.freshet", "svc.cluster.local", "evilsvc.cluster.local", "freshet-http.evil.example"
                })
                .noneMatch(names::allow);
    }

    @Test
    void shouldAllowEveryNameWhenAStarIsSet() {
        assertThat(names(Map.of("http.hosts", "*")).allow("evil.example")).isTrue();
    }

    private static HostNames names(Map<String, String> settings) {
        return new HostNames(FreshetConfig.of(settings));
    }
}
