package io.freshet.store.sequence;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

final class EventClockProperties {
    private static final int LIARS = EventClock.QUORUM - 1;

    /** Users 0 to 3 state arbitrary times, in any order among the others. */
    @Property
    void shouldNeverPassTheHonestUsersNorGoBackWhateverFewerThanAQuorumSay(
            @ForAll @Size(max = 300) List<@IntRange(min = 0, max = 50) Integer> users, @ForAll long seed) {
        EventClock clock = new EventClock();
        long honestMs = 0;
        long before = -1;
        for (int i = 0; i < users.size(); i++) {
            boolean lies = users.get(i) < LIARS;
            long timeMs = lies ? seed >>> i % 60 : 1_000 + Math.abs(seed % 7) * i;
            honestMs = lies ? honestMs : Math.max(honestMs, timeMs);
            clock.observe("user-" + users.get(i), Math.max(0, timeMs));
            if (clock.isKnown()) {
                assertThat(clock.nowMs()).isBetween(before, honestMs);
                before = clock.nowMs();
            }
        }
    }
}
