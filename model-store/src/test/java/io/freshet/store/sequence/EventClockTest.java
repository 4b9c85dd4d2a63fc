package io.freshet.store.sequence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.freshet.store.format.ByteReader;
import io.freshet.store.format.ByteWriter;
import io.freshet.store.format.CorruptFormatException;
import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Most tests begin after forty honest users have clicked, the last of them at {@link #NOW}. */
final class EventClockTest {
    private static final long NOW = Instant.parse("2026-03-01T12:00:00Z").toEpochMilli();
    private static final long HOUR = Duration.ofHours(1).toMillis();
    private static final long YEAR = Duration.ofDays(365).toMillis();
    private static final int LAG_MS = EventClock.QUORUM - 1; // users click a millisecond apart

    private final EventClock clock = new EventClock();
    private int nextUser;

    @Test
    void shouldKnowNoTimeUntilAQuorumHasClicked() {
        clock.observe("liar", NOW + 10 * YEAR);
        clock.observe("early", NOW);
        for (int i = 0; i < 100; i++) {
            clock.observe("u" + i % (EventClock.QUORUM - 3), NOW + i);
        }

        assertThat(clock.isKnown()).isFalse();
        assertThat(clock.isPast(0, 0)).isFalse();
        assertThat(clock.nowMs()).as("the earliest").isEqualTo(NOW);

        clock.observe("fifth", NOW + 7);
        assertThat(clock.isKnown()).isTrue();
        assertThat(clock.nowMs()).isEqualTo(NOW);
    }

    @Test
    void shouldFollowUsersWhoAgree() {
        live();

        assertThat(clock.nowMs()).isEqualTo(NOW - LAG_MS);
        assertThat(clock.isPast(NOW - LAG_MS - HOUR, HOUR)).isFalse();
        assertThat(clock.isPast(NOW - LAG_MS - HOUR - 1, HOUR)).isTrue();
    }

    @Test
    void shouldStayWhereOneClickIsYearsAhead() {
        live();
        clock.observe("liar", NOW + 10 * YEAR);

        assertThat(clock.nowMs()).isBetween(NOW - LAG_MS, NOW);
    }

    @Test
    void shouldStayWhereOneUserClicksAheadManyTimes() {
        live();
        for (int i = 0; i < 10_000; i++) {
            clock.observe("liar", NOW + 23 * HOUR + i);
            if (i % 100 == 0) {
                clock.observe("honest-" + i, NOW);
            }
        }

        assertThat(clock.nowMs()).isEqualTo(NOW);
    }

    @Test
    void shouldStayWhereUsersOneShortOfAQuorumClickAhead() {
        live();
        for (int round = 0; round < 100; round++) {
            for (int liar = 0; liar < EventClock.QUORUM - 1; liar++) {
                clock.observe("liar-" + liar, NOW + YEAR + round);
            }
            clock.observe("honest-" + round, NOW);
        }

        assertThat(clock.nowMs()).isEqualTo(NOW);
    }

    @Test
    void shouldNotAddUpWrongTimesOfUsersWhoAreGone() {
        live();
        for (int i = 0; i < 10_000; i++) {
            // Every twentieth user's clock is wrong, so one or two of the witnesses have a wrong clock at any time.
            clock.observe("visitor-" + i, i % 20 == 0 ? NOW + YEAR : NOW + i);
        }

        assertThat(clock.nowMs()).isBetween(NOW + 9_900, NOW + 10_000);
    }

    @Test
    void shouldGoOnWhereAClockLiesBackwards() {
        live();
        for (int i = 0; i < 1_000; i++) {
            clock.observe("slow", NOW - 10 * YEAR);
            clock.observe("honest-" + i % 50, NOW + i);
        }

        assertThat(clock.nowMs()).isEqualTo(NOW + 999 - LAG_MS);
    }

    @Test
    void shouldCountAClickNoLaterThanItsRecord() {
        assertThat(EventClock.timeOf(NOW + 23 * HOUR, NOW)).isEqualTo(NOW);
        assertThat(EventClock.timeOf(NOW - YEAR, NOW)).isEqualTo(NOW - YEAR);
        assertThat(EventClock.timeOf(NOW, -1)).isZero();
    }

    @Test
    void shouldFollowAFileOfThePastFromStartToEnd() {
        long start = Instant.parse("2014-04-01T00:00:00Z").toEpochMilli();
        long half = Duration.ofDays(183).toMillis();
        Random random = new Random(1);
        for (int click = 0; click <= 20_000; click++) {
            long timeMs = start + half * click / 20_000;
            clock.observe("session-" + (click / 5 + random.nextInt(20)), EventClock.timeOf(timeMs, NOW));
            if (click == 10_000) {
                assertThat(clock.nowMs()).isBetween(start + half / 2 - 12 * HOUR, start + half / 2);
            }
            if (click % 1_000 == 0) {
                clock.observe("today", NOW); // twelve years ahead of the file
            }
        }

        assertThat(clock.nowMs()).isBetween(start + half - 12 * HOUR, start + half);
    }

    @Test
    void shouldFollowTheNewWhereOldAndNewAreMixed() {
        Random random = new Random(2);
        for (int click = 0; click < 10_000; click++) {
            boolean isNew = random.nextInt(4) == 0;
            clock.observe(
                    (isNew ? "new-" : "old-") + random.nextInt(500), isNew ? NOW + click : NOW - 12 * YEAR + click);
        }

        assertThat(clock.nowMs()).isBetween(NOW + 9_900, NOW + 10_000);
    }

    @Test
    void shouldGoOnAlikeWhenItWasWrittenAndRead() {
        Random random = new Random(3);
        EventClock copy = new EventClock();
        for (int click = 0; click < 2_000; click++) {
            String user = "u" + random.nextInt(60);
            long timeMs = NOW + click + random.nextInt(1_000);
            clock.observe(user, timeMs);
            copy.observe(user, timeMs);
            if (click % 17 == 0) {
                byte[] bytes = written(copy);
                copy = EventClock.readFrom(new ByteReader("clock", bytes, 0, bytes.length));
            }
            assertThat(copy.nowMs()).isEqualTo(clock.nowMs());
            assertThat(copy.isKnown()).isEqualTo(clock.isKnown());
        }
        assertThat(written(copy)).isEqualTo(written(clock));
    }

    @Test
    void shouldRefuseMoreWitnessesThanAClockHas() {
        ByteWriter writer = new ByteWriter(1_000);
        writer.writeZigzag(NOW);
        writer.writeVarint(EventClock.WITNESSES + 1);
        for (int i = 0; i <= EventClock.WITNESSES; i++) {
            writer.writeLong(i);
            writer.writeVarint(NOW);
        }
        byte[] bytes = writer.toByteArray();

        assertThatExceptionOfType(CorruptFormatException.class)
                .isThrownBy(() -> EventClock.readFrom(new ByteReader("clock", bytes, 0, bytes.length)))
                .withMessageContaining("witnesses must be at most 32");
    }

    private void live() {
        for (int i = 39; i >= 0; i--) {
            clock.observe("user-" + nextUser++, NOW - i);
        }
    }

    private static byte[] written(EventClock clock) {
        ByteWriter writer = new ByteWriter(64);
        clock.writeTo(writer);
        return writer.toByteArray();
    }
}
