package io.freshet.scoring;

import io.freshet.config.FreshetConfig;
import io.freshet.liveness.Heartbeats;
import io.freshet.store.SnapshotStore;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The variants that a process answers, each with a live model, and what keeps these at the end of their logs. Starts once and
 * closes in two steps: following ends before the models do.
 */
public final class FollowedVariants implements AutoCloseable {
    private final Map<String, LiveModel> models = new LinkedHashMap<>();
    private final List<ModelFollower> followers = new ArrayList<>();
    private final Heartbeats heartbeats;
    private final Map<String, WarmUp> warmUps = new LinkedHashMap<>();
    private final Variants variants;

    /**
     * Prepares them; nothing runs yet.
     *
     * @param role of the process that follows them, for the log
     * @param store where the snapshots are that the manifests name; only read
     * @param registry receives the metrics
     */
    public FollowedVariants(
            String role, FreshetConfig config, SnapshotStore store, MeterRegistry registry, Clock clock) {
        heartbeats = new Heartbeats(config.stallBound());
        int historyLength = config.trainer().model().encoder().maxLength();
        config.variants().models().forEach((name, modelName) -> {
            LiveModel live = new LiveModel(clock, registry, name);
            WarmUp warmUp = new WarmUp(role, live, config.scoring().topK(), historyLength);
            live.addListener(warmUp);
            live.addListener(new ClusterKeeper(live, heartbeats));
            models.put(name, live);
            warmUps.put(name, warmUp);
            followers.add(ModelFollower.of(role, config, modelName, store, live, registry));
        });
        variants = new Variants(config, models, registry, clock);
    }

    /** What answers. */
    public Variants variants() {
        return variants;
    }

    /** Starts to follow the models. */
    public void start() {
        followers.forEach(ModelFollower::start);
    }

    /** Which loops make no progress; empty where all do. */
    public List<String> overdue() {
        return Stream.concat(
                        heartbeats.overdue().stream(),
                        followers.stream().flatMap(follower -> follower.overdue().stream()))
                .toList();
    }

    /** Why not every variant answers with its model and at full speed; empty where all do. */
    public List<String> whyNotReady() {
        List<String> reasons = new ArrayList<>();
        models.forEach((name, live) -> {
            String whose = name.isEmpty() ? "" : ", variant=" + name;
            if (!live.isLoaded()) {
                reasons.add("no model is loaded yet" + whose);
            } else if (!isWarm(name)) {
                reasons.add("answers are not at their full speed yet" + whose);
            }
        });
        return reasons;
    }

    private boolean isWarm(String name) {
        WarmUp warmUp = warmUps.get(name);
        return warmUp != null && warmUp.isDone();
    }

    /** Follows no more; what is loaded still answers. */
    public void stopFollowing() {
        followers.forEach(ModelFollower::close);
    }

    /** Closes the models, which must not be followed any more. */
    @Override
    public void close() {
        models.values().forEach(LiveModel::close);
    }
}
