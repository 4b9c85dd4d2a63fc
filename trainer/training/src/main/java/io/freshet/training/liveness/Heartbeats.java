package io.freshet.training.liveness;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.LongSupplier;

/**
 * The heartbeats of a role's loops, each of which beats once per iteration. If a loop has not beaten for longer than the
 * bound, it is stuck or dead, and the process must be restarted. Thread-safe.
 */
public final class Heartbeats {
    private final Duration bound;
    private final LongSupplier nanoTime;
    private final List<Heartbeat> watched = new CopyOnWriteArrayList<>();

    /** @param bound maximum time between two beats of a loop; must exceed the longest iteration of a healthy loop */
    public Heartbeats(Duration bound) {
        this(bound, System::nanoTime);
    }

    Heartbeats(Duration bound, LongSupplier nanoTime) {
        if (bound.isNegative() || bound.isZero()) {
            throw new IllegalArgumentException("bound must be positive: bound=" + bound);
        }
        this.bound = bound;
        this.nanoTime = nanoTime;
    }

    /** Returns the heartbeat of a loop, which is watched from {@link Heartbeat#begin} until it is closed. */
    public Heartbeat of(String loop) {
        return new Heartbeat(loop, nanoTime, watched);
    }

    /** Returns the maximum time between two beats of a loop. */
    public Duration bound() {
        return bound;
    }

    /** Returns one sentence for each loop whose last beat is older than the bound; empty if all loops make progress. */
    public List<String> overdue() {
        return watched.stream()
                .map(heartbeat -> overdue(heartbeat.loop(), heartbeat.age()))
                .flatMap(Optional::stream)
                .toList();
    }

    /** Returns a sentence if the age of a loop's last progress exceeds the bound. */
    public Optional<String> overdue(String loop, Duration age) {
        return age.compareTo(bound) > 0
                ? Optional.of("loop " + loop + " must make progress within " + seconds(bound)
                        + " s: seconds since its last turn=" + seconds(age))
                : Optional.empty();
    }

    private static String seconds(Duration time) {
        return Double.toString(time.toMillis() / 1_000.0);
    }
}
