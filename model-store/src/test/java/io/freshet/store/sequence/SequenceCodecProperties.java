package io.freshet.store.sequence;

import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.fuzz.Texts;
import io.freshet.store.format.HostileBytes;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class SequenceCodecProperties {
    @Property
    void shouldDecodeToTheSameWhenEncoded(@ForAll("sequences") UserSequence sequence) {
        assertThat(UserSequenceCodec.decode(UserSequenceCodec.encode(sequence))).isEqualTo(sequence);
    }

    @Property
    void shouldDecodeToTheSameUpdateWhenEncoded(
            @ForAll("sequences") UserSequence sequence, @ForAll("origins") ClickOrigin cause, @ForAll long chosen) {
        List<Integer> positions = IntStream.range(0, sequence.size())
                .filter(position -> (chosen >> position & 1) == 1)
                .boxed()
                .toList();
        SequenceUpdate update = new SequenceUpdate(sequence, positions, cause);
        assertThat(SequenceUpdateCodec.decode(SequenceUpdateCodec.encode(update)))
                .isEqualTo(update);
    }

    @Property
    void shouldReadOrRefuseWhenTheBodyIsAnything(@ForAll byte[] body) {
        HostileBytes.assertReadOrRefused('Q', 1, body, UserSequenceCodec::decode);
        HostileBytes.assertReadOrRefused('U', 1, body, SequenceUpdateCodec::decode);
    }

    @Provide
    Arbitrary<UserSequence> sequences() {
        return interactions()
                .list()
                .ofMaxSize(60)
                .map(interactions -> new UserSequence(interactions.stream()
                        .sorted(Comparator.comparingLong(Interaction::timestampMs))
                        .toList()));
    }

    @Provide
    Arbitrary<ClickOrigin> origins() {
        return Combinators.combine(
                        Texts.ofLength(0, 40),
                        Arbitraries.integers().greaterOrEqual(0),
                        Arbitraries.longs().greaterOrEqual(0),
                        Arbitraries.longs())
                .as(ClickOrigin::new);
    }

    private static Arbitrary<Interaction> interactions() {
        Arbitrary<String> eventTypes = Arbitraries.oneOf(Arbitraries.of("view", "cart", "buy"), Texts.ofLength(0, 20));
        return Combinators.combine(
                        Texts.ofLength(1, 40), Arbitraries.longs(), eventTypes.injectNull(0.4), Arbitraries.longs())
                .as(Interaction::new);
    }
}
