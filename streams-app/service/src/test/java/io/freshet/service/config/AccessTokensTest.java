package io.freshet.service.config;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.freshet.service.config.AccessTokens.Grant;
import io.freshet.service.config.AccessTokens.Scope;
import java.util.Objects;
import org.apache.kafka.common.config.ConfigException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class AccessTokensTest {
    @Test
    void shouldReadTokensAndTheirScopes() {
        AccessTokens tokens = AccessTokens.parse("""
            # the shop
            shop-token  read,click

            metrics-token metrics
            operator==
            """);

        assertThat(tokens.size()).isEqualTo(3);
        assertThat(grant(tokens, "shop-token").scopes()).containsExactlyInAnyOrder(Scope.READ, Scope.CLICK);
        assertThat(grant(tokens, "metrics-token").scopes()).containsExactly(Scope.METRICS);
        assertThat(grant(tokens, "operator==").scopes()).containsExactlyInAnyOrder(Scope.values());
        for (String wrong : new String[] {"", "#", "shop-toke", "shop-token ", "the", "read,click"}) {
            assertThat(tokens.grantOf(wrong.getBytes(UTF_8))).as(wrong).isNull();
        }
    }

    private static Grant grant(AccessTokens tokens, String token) {
        Grant grant = Objects.requireNonNull(tokens.grantOf(token.getBytes(UTF_8)));
        assertThat(grant.client()).doesNotContain(token);
        return grant;
    }

    @Test
    void shouldGiveASingleTokenEveryScope() {
        assertThat(grant(AccessTokens.single("only"), "only").scopes()).containsExactlyInAnyOrder(Scope.values());
        assertThat(AccessTokens.single("").size()).isZero();
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
        'a read', 'a click', repeated in line=2
        s3cret, 'other write', 'read, click, admin and metrics: line=2'
        s3cret, 's3cret2 s3cret3', line=2
        s3cret, 'umläut', line 2
        '# s3cret', '', at least one
        """)
    void shouldNameTheLineAndNoTokenWhenAFileIsWrong(String first, String second, String message) {
        assertThatThrownBy(() -> AccessTokens.parse(first + "\n" + second + "\n"))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining(message)
                .hasMessageNotContaining("s3cret");
    }
}
