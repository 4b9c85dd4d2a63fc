package io.freshet.liveness;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.LongSupplier;

/**
 * The loops of a role, each of which beats once a turn. A loop that has not beaten for longer than the bound is stuck or
 * dead, and the process must be started again. Thread-safe.
 */
public final class Heartbeats {
    private final Duration bound;
    private final LongSupplier nanoTime;
    private final List<Heartbeat> watched = new CopyOnWriteArrayList<>();

    /** @param bound longest time between two beats of a loop; longer than the longest turn of a healthy one */
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

    /** The heartbeat of a loop, which is watched from its {@link Heartbeat#begin beginning} until it is closed. */
    public Heartbeat of(String loop) {
        return new Heartbeat(loop, nanoTime, watched);
    }

    /** The longest time between two beats of a loop. */
    public Duration bound() {
        return bound;
    }

    /** One sentence for each loop whose last beat is older than the bound; empty where all loops make progress. */
    public List<String> overdue() {
        return watched.stream()
                .map(heartbeat -> overdue(heartbeat.loop(), heartbeat.age()))
                .flatMap(Optional::stream)
                .toList();
    }

    /** Says so if this age of a loop's last progress is above the bound. */
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
