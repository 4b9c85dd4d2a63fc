package io.freshet.service.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.freshet.service.telemetry.PromQl.Label;
import io.freshet.service.telemetry.PromQl.Selector;
import java.util.List;
import org.junit.jupiter.api.Test;

final class PromQlTest {
    @Test
    void shouldTellMetricsFromFunctionsAndWords() {
        assertThat(metrics(
                        "histogram_quantile(0.99, sum by (le) (rate(a_bucket[5m]))) > bool 1e3 or absent(b) offset 1h"))
                .containsExactly("a_bucket", "b");
        assertThat(metrics("(a:b + c) / ignoring (x) group_left d unless vector(0) * -inf"))
                .containsExactly("a:b", "c", "d");
        assertThat(metrics("a[$__rate_interval:1m] @ 5")).containsExactly("a");
    }

    @Test
    void shouldReadMatchersWhateverStandsInTheirValues() {
        assertThat(PromQl.selectorsOf("a{b=\"{c=\\\"d\\\"}\", e=~\"$f\", }"))
                .containsExactly(
                        new Selector("a", List.of(new Label("b", "=", "{c=\\\"d\\\"}"), new Label("e", "=~", "$f"))));
    }

    @Test
    void shouldGiveGroupingLabelsToWhatIsGroupedAndNothingElse() {
        List<Selector> before = PromQl.selectorsOf("sum by (x, y) (a + b) + c");
        assertThat(before).extracting(selector -> selector.labels().size()).containsExactly(2, 2, 0);
        List<Selector> after = PromQl.selectorsOf("c + max(rate(a[1m])) without (x)");
        assertThat(after).extracting(selector -> selector.labels().size()).containsExactly(0, 1);
    }

    @Test
    void shouldGiveJoiningLabelsToBothSides() {
        assertThat(PromQl.selectorsOf("a and on (x) b"))
                .allSatisfy(selector -> assertThat(selector.labels()).containsExactly(new Label("x", "", "")));
    }

    @Test
    void shouldRefuseWhatIsNoExpression() {
        assertThatThrownBy(() -> PromQl.selectorsOf("sum(a")).hasMessageContaining("not closed");
        assertThatThrownBy(() -> PromQl.selectorsOf("sum)")).hasMessageContaining("not opened");
        assertThatThrownBy(() -> PromQl.selectorsOf("a{b=\"c\"")).hasMessageContaining("too early");
        assertThatThrownBy(() -> PromQl.selectorsOf("a # b")).hasMessageContaining("character 2");
    }

    private static List<String> metrics(String expression) {
        return PromQl.selectorsOf(expression).stream().map(Selector::metric).toList();
    }
}
