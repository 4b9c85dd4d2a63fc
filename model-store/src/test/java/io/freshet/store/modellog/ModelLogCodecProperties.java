package io.freshet.store.modellog;

import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.fuzz.Texts;
import io.freshet.store.format.HostileBytes;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;

class ModelLogCodecProperties {
    @Property
    void shouldDecodeToTheSameStepWhenEncoded(
            @ForAll @LongRange(min = 0) long step,
            @ForAll("ranges") List<InputRange> ranges,
            @ForAll("ranks") int[] ranks,
            @ForAll long[] timestampsMs) {
        int[] reversed = IntStream.range(0, ranks.length)
                .map(i -> ranks[ranks.length - 1 - i])
                .toArray();
        StepRecord record =
                new StepRecord(step, ranges, new TargetRanks(ranks, reversed, new int[ranks.length]), timestampsMs);
        assertThat(ModelLogCodec.decode(ModelLogCodec.encode(record))).isEqualTo(record);
    }

    @Property
    void shouldDecodeToTheSameStepWhenItRankedASample(
            @ForAll("ranks") int[] ranks, @ForAll @IntRange(min = 1, max = 999_999) int millionths, @ForAll long seed) {
        Random random = new Random(seed);
        int[] sampled = IntStream.of(ranks)
                .map(rank -> random.nextBoolean() ? StepRecord.UNRANKED : rank)
                .toArray();
        int[] ofMemory = IntStream.of(sampled)
                .map(rank -> rank == StepRecord.UNRANKED ? rank : random.nextInt(1, 100))
                .toArray();
        StepRecord record = new StepRecord(
                7, List.of(), new TargetRanks(sampled, sampled, ofMemory), new RankShare(millionths), new long[] {
                    random.nextLong()
                });
        assertThat(ModelLogCodec.decode(ModelLogCodec.encode(record))).isEqualTo(record);
    }

    @Property(tries = 300)
    void shouldDecodeToTheSameDeltaWhenEncoded(
            @ForAll @LongRange(min = 0, max = Long.MAX_VALUE - 1) long fromStep,
            @ForAll("items") List<String> newItems,
            @ForAll @IntRange(max = 40) int rows,
            @ForAll @IntRange(min = 1, max = 70) int dim,
            @ForAll @IntRange(max = 500) int dense,
            @ForAll long seed) {
        Random random = new Random(seed);
        int vocabularyRows = 1_000 + random.nextInt(1 << 30);
        ModelDelta delta = new ModelDelta(
                random.nextLong() & Long.MAX_VALUE,
                new ModelDelta.Steps(fromStep, fromStep + 1),
                new ModelDelta.Part(0, 1 + random.nextInt(3)),
                new ModelDelta.VocabularyChange(
                        vocabularyRows,
                        ascending(random, newItems.size(), vocabularyRows),
                        newItems,
                        List.of(new Eviction(
                                fromStep + 1,
                                Arrays.stream(ascending(random, rows, vocabularyRows))
                                        .boxed()
                                        .toList()))),
                new ModelDelta.RowValues(
                        dim, random.ints(rows, 0, vocabularyRows).toArray(), floats(random, rows * dim)),
                floats(random, dense),
                memory(random));
        assertThat(ModelLogCodec.decode(ModelLogCodec.encode(delta))).isEqualTo(delta);
    }

    private static int[] ascending(Random random, int count, int end) {
        return random.ints(0, end).distinct().limit(count).sorted().toArray();
    }

    @Property
    void shouldReadOrRefuseWhenTheBodyIsAnything(@ForAll byte[] body) {
        HostileBytes.assertReadOrRefused('S', 1, body, ModelLogCodec::decode);
        HostileBytes.assertReadOrRefused('S', 2, body, ModelLogCodec::decode);
        HostileBytes.assertReadOrRefused('S', 3, body, ModelLogCodec::decode);
        HostileBytes.assertReadOrRefused('D', 3, body, ModelLogCodec::decode);
        HostileBytes.assertReadOrRefused('D', 4, body, ModelLogCodec::decode);
        HostileBytes.assertReadOrRefused('D', 5, body, ModelLogCodec::decode);
        HostileBytes.assertReadOrRefused('D', 6, body, ModelLogCodec::decode);
        HostileBytes.assertReadOrRefused('D', 8, body, ModelLogCodec::decode);
    }

    @Provide
    Arbitrary<List<InputRange>> ranges() {
        Arbitrary<Long> offsets = Arbitraries.longs().greaterOrEqual(0);
        return Combinators.combine(Texts.ofLength(0, 20), Arbitraries.integers().greaterOrEqual(0), offsets, offsets)
                .as((topic, partition, a, b) -> new InputRange(topic, partition, Math.min(a, b), Math.max(a, b)))
                .list()
                .ofMaxSize(5);
    }

    @Provide
    Arbitrary<int[]> ranks() {
        Arbitrary<Integer> ranks = Arbitraries.oneOf(
                Arbitraries.integers().greaterOrEqual(0), Arbitraries.of(StepRecord.NO_EVENT, StepRecord.MISS));
        return ranks.array(int[].class).ofMaxSize(100);
    }

    @Provide
    Arbitrary<List<String>> items() {
        return Texts.ofLength(0, 30).list().ofMaxSize(20);
    }

    /** Returns the delta of a single step with up to ten clicks and erasures. */
    private static MemoryDelta memory(Random random) {
        int[] lengths = random.ints(random.nextInt(10), -3, 5)
                .filter(length -> length != 0)
                .toArray();
        int rows = IntStream.of(lengths)
                .map(length -> length < 0 ? -length : length + 1)
                .sum();
        return new MemoryDelta(
                new int[] {lengths.length},
                lengths,
                random.ints(rows, 0, Integer.MAX_VALUE).toArray(),
                random.doubles(random.nextInt(10)).toArray());
    }

    private static float[] floats(Random random, int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = Float.intBitsToFloat(random.nextInt());
        }
        return values;
    }
}
