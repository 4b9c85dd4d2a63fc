package io.freshet.service.recommend;

import io.freshet.service.config.FreshetConfig;
import io.freshet.service.config.key.HttpKeys;
import io.freshet.service.config.key.ScoringKeys;
import io.freshet.service.serving.ContentMapper;
import io.freshet.service.serving.IndexMaintainer;
import io.freshet.service.serving.LiveModel;
import io.freshet.service.serving.ModelFollower;
import io.freshet.service.serving.WarmUp;
import io.freshet.store.SnapshotStore;
import io.freshet.training.liveness.Heartbeats;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The variants that a process answers: a live model for each, and the followers that keep the models up to date with their
 * logs. Starts once. Closes in two steps: {@link #stopFollowing} first, then {@link #close}.
 */
public final class FollowedVariants implements AutoCloseable {
    private final Map<String, LiveModel> models = new LinkedHashMap<>();
    private final List<ModelFollower> followers = new ArrayList<>();
    private final Heartbeats heartbeats;
    private final Map<String, WarmUp> warmUps = new LinkedHashMap<>();
    private final Variants variants;

    /**
     * Prepares the variants. Nothing runs yet.
     *
     * @param role role of the process, for the log
     * @param store store of the snapshots that the manifests name; only read
     * @param registry receives the metrics
     */
    public FollowedVariants(
            String role, FreshetConfig config, SnapshotStore store, MeterRegistry registry, Clock clock) {
        heartbeats = new Heartbeats(config.get(HttpKeys.HEALTH_STALL));
        int historyLength = config.trainer().model().encoder().maxLength();
        config.variants().models().forEach((name, modelName) -> {
            LiveModel live = new LiveModel(clock, registry, name);
            WarmUp warmUp = new WarmUp(role, live, config.get(ScoringKeys.TOP_K), historyLength);
            live.addListener(warmUp);
            live.addListener(new IndexMaintainer(live, heartbeats));
            models.put(name, live);
            warmUps.put(name, warmUp);
            followers.add(new ModelFollower(role, config, modelName, store, live, registry));
        });
        variants = new Variants(config, models, registry, clock);
        Exploration exploration = variants.shared().exploration();
        if (exploration.isOn()) {
            models.values()
                    .forEach(live -> live.addListener(new ContentMapper(live, exploration.contents(), heartbeats)));
        }
    }

    /** Returns the variants. */
    public Variants variants() {
        return variants;
    }

    /** Starts following the models. */
    public void start() {
        followers.forEach(ModelFollower::start);
    }

    /** Returns the loops that make no progress; empty if all do. */
    public List<String> overdue() {
        return Stream.concat(
                        heartbeats.overdue().stream(),
                        followers.stream().flatMap(follower -> follower.overdue().stream()))
                .toList();
    }

    /** Returns the reasons why some variant does not answer with its model and at full speed; empty if all do. */
    public List<String> whyNotReady() {
        List<String> reasons = new ArrayList<>();
        models.forEach((name, live) -> {
            String whose = name.isEmpty() ? "" : ", variant=" + name;
            if (!live.isLoaded()) {
                reasons.add("no model is loaded yet" + whose);
            } else if (!isWarm(name)) {
                reasons.add("answers are not at full speed yet" + whose);
            }
        });
        return reasons;
    }

    private boolean isWarm(String name) {
        WarmUp warmUp = warmUps.get(name);
        return warmUp != null && warmUp.isDone();
    }

    /** Stops following. The loaded models still answer. */
    public void stopFollowing() {
        followers.forEach(ModelFollower::close);
    }

    /** Closes the models. {@link #stopFollowing} must have been called. */
    @Override
    public void close() {
        models.values().forEach(LiveModel::close);
    }
}
