package io.freshet.service.http.access;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * A token bucket for each client, with a burst of one second's requests. Remembers a bounded number of clients and evicts
 * the least recently active ones. Thread-safe.
 */
public final class RateLimit {
    private static final int MOST_CLIENTS = 10_000;
    private static final double NANOS_IN_SECOND = 1e9;

    private final int perSecond;
    private final LongSupplier nanoTime;
    private final Map<String, Bucket> buckets = new LinkedHashMap<>(16, 0.75f, true); // guarded by this

    private static final class Bucket {
        private double requests;
        private long filledAtNanos;
    }

    /**
     * @param perSecond requests per second and client; 0 for no limit
     * @param nanoTime clock like {@link System#nanoTime}
     */
    public RateLimit(int perSecond, LongSupplier nanoTime) {
        this.perSecond = perSecond;
        this.nanoTime = nanoTime;
    }

    /**
     * Takes a request from the client's bucket and returns zero, or returns the time until the next request is available.
     */
    synchronized Duration take(String client) {
        if (perSecond == 0) {
            return Duration.ZERO;
        }
        long now = nanoTime.getAsLong();
        Bucket bucket = buckets.computeIfAbsent(client, _ -> full(now));
        double refill = (now - bucket.filledAtNanos) / NANOS_IN_SECOND * perSecond;
        bucket.requests = Math.min(perSecond, bucket.requests + refill);
        bucket.filledAtNanos = now;
        if (bucket.requests < 1) {
            return Duration.ofNanos((long) Math.ceil((1 - bucket.requests) / perSecond * NANOS_IN_SECOND));
        }
        bucket.requests--;
        if (buckets.size() > MOST_CLIENTS) {
            buckets.remove(buckets.keySet().iterator().next());
        }
        return Duration.ZERO;
    }

    private Bucket full(long now) {
        Bucket bucket = new Bucket();
        bucket.requests = perSecond;
        bucket.filledAtNanos = now;
        return bucket;
    }
}
