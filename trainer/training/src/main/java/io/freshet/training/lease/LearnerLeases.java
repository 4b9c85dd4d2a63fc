package io.freshet.training.lease;

import io.freshet.training.config.OnlineConfig;
import io.freshet.training.liveness.Heartbeats;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.MemberDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.InterruptException;

/**
 * The leases of several learners in one process: one membership in the group of the trainers, which assigns learners to
 * processes. Thread-safe.
 */
public final class LearnerLeases implements AutoCloseable {
    private static final long ADMIN_TIMEOUT_S = 30;

    private final GroupLease group;

    private LearnerLeases(GroupLease group) {
        this.group = group;
    }

    /**
     * Creates leases that are not held before {@link #join}.
     *
     * @param config configuration of learner 0
     */
    public static LearnerLeases of(OnlineConfig config, MeterRegistry registry, Heartbeats heartbeats) {
        return new LearnerLeases(GroupLease.of(config, registry, heartbeats));
    }

    /** Joins the group, which assigns learners to this process. Must be called once. */
    public void join() {
        group.join();
    }

    /** Returns the lease of a learner. It ends when this object is closed. */
    public Lease of(int learner) {
        return new Lease.OfLearner(group, learner);
    }

    /**
     * Returns the client ids and hosts of the trainers that run with another number of learners.
     *
     * @param config configuration of learner 0
     * @param learners that number
     */
    public static List<String> othersAlive(OnlineConfig config, int learners) {
        String id = OnlineConfig.leaseGroup(config.clients().transactionalId(), learners);
        Map<String, Object> settings = new HashMap<>(config.clients().consumer());
        settings.keySet().removeIf(key -> key.startsWith("group.") || key.endsWith(".deserializer"));
        try (Admin admin = Admin.create(settings)) {
            return admin
                    .describeConsumerGroups(List.of(id))
                    .all()
                    .get(ADMIN_TIMEOUT_S, TimeUnit.SECONDS)
                    .values()
                    .stream()
                    .flatMap(described -> described.members().stream())
                    .map(LearnerLeases::describe)
                    .toList();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof GroupIdNotFoundException) {
                return List.of();
            }
            throw new KafkaException("cannot describe group " + id, e.getCause());
        } catch (TimeoutException e) {
            throw new KafkaException("group must be described within " + ADMIN_TIMEOUT_S + " s: group=" + id, e);
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }

    private static String describe(MemberDescription member) {
        return member.clientId() + member.host();
    }

    @Override
    public void close() {
        group.close();
    }
}
