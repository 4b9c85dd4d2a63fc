package io.freshet.app.feed;

import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.client.click.Click;
import io.freshet.client.click.ClickCodec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ClickSortTest {
    private static final int CLICKS = 2_000;

    /** The memory of about three clicks, which makes more runs than may be open at once. */
    private static final long LITTLE_MEMORY = 700;

    @TempDir
    private Path temp;

    private final List<Click> clicks = clicks();

    private static List<Click> clicks() {
        Random random = new Random(1);
        List<Click> clicks = new ArrayList<>();
        for (int i = 0; i < CLICKS; i++) {
            // Few times, so that many clicks have the same one.
            clicks.add(new Click("ü" + random.nextInt(9), "item-" + i, 1_000 + random.nextInt(50), null, null));
        }
        return clicks;
    }

    @Test
    void shouldSortByTimeAndThenByOrderOfArrivalWhenAllFitsIntoMemory() throws Exception {
        assertSorted(ClickSort.USUAL_MEMORY, false);
    }

    @Test
    void shouldSortByTimeAndThenByOrderOfArrivalWhenClicksGoToDisk() throws Exception {
        assertSorted(LITTLE_MEMORY, true);
    }

    private void assertSorted(long memory, boolean onDisk) throws Exception {
        List<Click> expected = clicks.stream()
                .sorted(Comparator.comparingLong(Click::timestampMs))
                .toList();
        try (ClickSort sort = sortOf(clicks, memory)) {
            assertThat(sort.bytesOnDisk() > 0).isEqualTo(onDisk);
            List<Click> found = new ArrayList<>();
            try (ClickSort.Sorted sorted = sort.sorted()) {
                try (Stream<Path> left = Files.walk(temp)) {
                    assertThat(left).noneMatch(Files::isRegularFile); // a killed process would not delete them
                }
                for (SourceClick click = sorted.next(); click != null; click = sorted.next()) {
                    found.add(ClickCodec.parse(click.value()));
                    assertThat(click.position()).isEqualTo(found.size());
                    assertThat(click.key()).isEqualTo(found.getLast().userId());
                }
            }
            assertThat(found).isEqualTo(expected);
            assertThat(sort.clicks()).isEqualTo(CLICKS);
        }
        try (Stream<Path> left = Files.list(temp)) {
            assertThat(left).isEmpty();
        }
    }

    @Test
    void shouldHaveAnIdOfItsClicksAlone() throws Exception {
        assertThat(idOf(clicks, LITTLE_MEMORY)).isEqualTo(idOf(clicks, ClickSort.USUAL_MEMORY));
        assertThat(idOf(clicks.subList(1, CLICKS), LITTLE_MEMORY)).isNotEqualTo(idOf(clicks, LITTLE_MEMORY));
    }

    private String idOf(List<Click> of, long memory) throws IOException {
        try (ClickSort sort = sortOf(of, memory);
                ClickSort.Sorted sorted = sort.sorted()) {
            return sorted.id();
        }
    }

    private ClickSort sortOf(List<Click> of, long memory) throws IOException {
        ClickSort sort = new ClickSort(temp, memory);
        for (Click click : of) {
            sort.add(click);
        }
        return sort;
    }
}
