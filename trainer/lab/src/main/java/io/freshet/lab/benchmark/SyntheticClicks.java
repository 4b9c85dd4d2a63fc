package io.freshet.lab.benchmark;

import io.freshet.store.sequence.ClickOrigin;
import io.freshet.store.sequence.Interaction;
import io.freshet.store.sequence.SequenceUpdate;
import io.freshet.store.sequence.UserSequence;
import io.freshet.training.step.UserUpdate;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Synthetic clicks in the form in which a sequencer passes them on, one every millisecond. Some clicks introduce the
 * items and users. The others come from users who walk through the items, from each item to one of the next few.
 * Equal seeds yield equal clicks. Not thread-safe.
 */
final class SyntheticClicks {
    private static final long FIRST_CLICK_MS = 1_700_000_000_000L;
    private static final int WINDOW = 50;
    private static final int LONGEST_WALK = 20;
    private static final int LONGEST_STRIDE = 4;

    private final int items;
    private final int users;
    private final SplittableRandom random;
    private long nowMs = FIRST_CLICK_MS;

    SyntheticClicks(int items, int users, long seed) {
        this.items = items;
        this.users = users;
        this.random = new SplittableRandom(seed);
    }

    /** Returns the number of clicks after which each user and each item has had one. */
    int arrivals() {
        return Math.max(items, users);
    }

    /** Returns the click with this number, which introduces a user, an item or both. */
    UserUpdate arrival(int number) {
        int rounds = Math.min(number / users, WINDOW - 1);
        return update(
                number % users,
                IntStream.rangeClosed(0, rounds)
                        .map(round -> (int) ((number - (long) (rounds - round) * users) % items))
                        .toArray());
    }

    /** Returns a click of a random user at the end of a walk through the first {@code known} items. */
    UserUpdate walk(int known) {
        int[] sequence = new int[random.nextInt(2, LONGEST_WALK + 1)];
        sequence[0] = random.nextInt(known);
        for (int position = 1; position < sequence.length; position++) {
            sequence[position] = (sequence[position - 1] + random.nextInt(1, LONGEST_STRIDE + 1)) % known;
        }
        return update(random.nextInt(users), sequence);
    }

    /**
     * Returns the first click of a new user.
     *
     * @param newcomer number of the new user
     */
    UserUpdate first(int newcomer, int item) {
        return update(users + newcomer, item);
    }

    /** Advances the time to {@code laterMs} after the click with number {@code arrival}; never moves it back. */
    void waitUntil(int arrival, long laterMs) {
        nowMs = Math.max(nowMs, FIRST_CLICK_MS + arrival + laterMs);
    }

    private UserUpdate update(int user, int... sequence) {
        nowMs++;
        List<Interaction> interactions = new ArrayList<>(sequence.length);
        for (int position = 0; position < sequence.length; position++) {
            long timestampMs = nowMs - (sequence.length - 1 - position);
            interactions.add(new Interaction("item-" + sequence[position], timestampMs, null, Interaction.NO_EVENT_ID));
        }
        ClickOrigin cause = new ClickOrigin("clicks", 0, nowMs - FIRST_CLICK_MS, nowMs);
        return new UserUpdate(
                "user-" + user,
                new SequenceUpdate(new UserSequence(interactions), List.of(sequence.length - 1), cause));
    }
}
