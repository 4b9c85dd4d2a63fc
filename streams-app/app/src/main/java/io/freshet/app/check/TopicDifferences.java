package io.freshet.app.check;

import io.freshet.service.config.TopicPlan;
import io.freshet.service.config.key.TopicKeys;
import io.freshet.service.config.key.TrainerKeys;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Finds the differences between a topic and its plan, each with its remedy.
 *
 * @param brokers number of brokers
 * @param plan the planned topics
 * @param clicks the first topic of clicks that exists; if none does, the first that is named
 * @param clicksPartitions partitions of that topic; 0 if it does not exist
 * @param statePartitions partitions of the application's state; 0 if it has none yet
 */
record TopicDifferences(int brokers, TopicPlan plan, String clicks, int clicksPartitions, int statePartitions) {
    private static final int INTERVALS = 2;
    private static final String MIN_IN_SYNC = "min.insync.replicas";

    /** Returns all differences of a topic; none if it is as planned. */
    List<Finding> of(TopicFacts topic) {
        List<Finding> findings = new ArrayList<>();
        partitions(topic, findings);
        copies(topic, findings);
        if (!topic.settings().isEmpty()) {
            minInSync(topic, findings);
            cleanup(topic, findings);
            retention(topic, findings);
            messageBytes(topic, findings);
        }
        return findings;
    }

    private void partitions(TopicFacts topic, List<Finding> findings) {
        String name = topic.name();
        if (name.equals(plan.config().get(TopicKeys.MODEL_DELTAS)) && topic.partitions() != 1) {
            findings.add(problem(
                    topic,
                    "must have 1 partition, because its order is that of the model: it has " + topic.partitions(),
                    "partitions cannot be removed: set " + TopicKeys.MODEL_DELTAS.name()
                            + " to another topic and run 'freshet topics" + " create', or delete this one first"));
        }
        learners(topic, findings);
        boolean follows = plan.partitionedAlike().contains(name);
        if (follows && clicksPartitions > 0 && topic.partitions() != clicksPartitions) {
            findings.add(problem(
                    topic,
                    "must have as many partitions as " + clicks
                            + ", so that they are co-partitioned by user: " + topic.partitions() + ", and not "
                            + clicksPartitions,
                    remedyForOther(topic)));
        }
    }

    private void learners(TopicFacts topic, List<Finding> findings) {
        int learners = plan.config().get(TrainerKeys.LEARNERS);
        boolean byLearner = plan.byLearner().contains(topic.name());
        boolean isInput = topic.name().equals(plan.config().get(TopicKeys.SEQUENCES));
        if (topic.partitions() < learners && (byLearner || isInput)) {
            findings.add(problem(
                    topic,
                    "must have a partition for each of " + TrainerKeys.LEARNERS + "=" + learners + " learners: it has "
                            + topic.partitions(),
                    plan.remedyForLearners(topic.name())));
        } else if (topic.partitions() > learners && byLearner) {
            findings.add(warning(
                    topic,
                    "has more partitions than " + TrainerKeys.LEARNERS + "=" + learners + ": " + topic.partitions()
                            + ". Trainers may share the learners unevenly",
                    "partitions cannot be removed; this is expected after " + TrainerKeys.LEARNERS + " was lowered"));
        }
    }

    private String remedyForOther(TopicFacts topic) {
        if (statePartitions > 0 && statePartitions != clicksPartitions) {
            return TopicPlan.remedyForAdded(statePartitions);
        }
        if (plan.config().clickTopics().contains(topic.name())) {
            return plan.remedyForUnequal();
        }
        return topic.partitions() < clicksPartitions
                ? command("kafka-topics.sh", "--alter --topic " + topic.name() + " --partitions " + clicksPartitions)
                : "delete it and run 'freshet topics create', or set its key in topics.* to another topic";
    }

    private void copies(TopicFacts topic, List<Finding> findings) {
        if (!topic.leaderless().isEmpty()) {
            findings.add(problem(
                    topic,
                    "every partition must have a leader: without=" + topic.leaderless(),
                    "start the brokers that have its copies"));
        } else if (topic.inSync() < topic.replicas()) {
            findings.add(warning(
                    topic,
                    "copies are behind, or their brokers are down: " + topic.inSync() + " of " + topic.replicas()
                            + " are in sync",
                    "check the brokers; 'kafka-topics.sh --describe --under-replicated-partitions' lists the"
                            + " partitions"));
        }
        int wanted = plan.config().get(TopicKeys.REPLICATION_FACTOR);
        if (wanted > 0 && topic.replicas() != wanted) {
            findings.add(warning(
                    topic,
                    "has " + copies(topic.replicas()) + ", and topics.replication.factor says " + wanted,
                    "reassign its partitions with kafka-reassign-partitions.sh, or set topics.replication.factor"));
        } else if (topic.replicas() == 1 && brokers > 1) {
            findings.add(warning(
                    topic,
                    "has 1 copy, though there are " + brokers + " brokers: if its broker is lost, so are its records",
                    "reassign its partitions with kafka-reassign-partitions.sh to have 3 copies"));
        }
    }

    private void minInSync(TopicFacts topic, List<Finding> findings) {
        long least = topic.number(MIN_IN_SYNC, 1);
        if (least > topic.replicas()) {
            findings.add(problem(
                    topic,
                    MIN_IN_SYNC + " must be at most the number of copies, or nothing can be written: " + least
                            + ", with " + copies(topic.replicas()),
                    alter(topic, MIN_IN_SYNC + "=" + Math.max(1, topic.replicas() - 1))));
        } else if (least > topic.inSync()) {
            findings.add(problem(
                    topic,
                    "nothing can be written now: " + topic.inSync() + " in sync, and " + MIN_IN_SYNC + "=" + least,
                    "start the brokers that have its copies"));
        } else if (least == topic.replicas() && least > 1) {
            findings.add(warning(
                    topic,
                    MIN_IN_SYNC + "=" + least + " with as many copies: a restart of one broker stops all writes",
                    alter(topic, MIN_IN_SYNC + "=" + (least - 1))));
        }
    }

    private void cleanup(TopicFacts topic, List<Finding> findings) {
        String policy = topic.settings().getOrDefault(TopicPlan.CLEANUP_POLICY, TopicPlan.DELETE);
        String wanted = plan.settings(topic.name()).getOrDefault(TopicPlan.CLEANUP_POLICY, TopicPlan.DELETE);
        if (policies(policy).equals(policies(wanted))) {
            return;
        }
        String what = TopicPlan.CLEANUP_POLICY + " must be " + wanted + ": " + policy;
        String remedy = alter(topic, TopicPlan.CLEANUP_POLICY + "=[" + wanted + "]");
        if (plan.inForce().contains(topic.name()) && !policies(policy).contains(TopicPlan.COMPACT)) {
            findings.add(problem(topic, what + ": values that are in force would expire", remedy));
        } else if (isReadInFull(topic.name()) && policies(policy).contains(TopicPlan.COMPACT)) {
            findings.add(problem(topic, what + ": all records of a key except the newest would be removed", remedy));
        } else {
            findings.add(warning(topic, what, remedy));
        }
    }

    /** Returns whether every record of the topic is needed, not only the newest of each key. */
    private boolean isReadInFull(String name) {
        return Set.of(
                        plan.config().get(TopicKeys.SEQUENCES),
                        plan.config().get(TopicKeys.MODEL_LOG),
                        plan.config().get(TopicKeys.MODEL_MERGES),
                        plan.config().get(TopicKeys.MODEL_DELTAS))
                .contains(name);
    }

    private static Set<String> policies(String text) {
        return Set.of(text.replace(" ", "").split(","));
    }

    private void retention(TopicFacts topic, List<Finding> findings) {
        String policy = topic.settings().getOrDefault(TopicPlan.CLEANUP_POLICY, TopicPlan.DELETE);
        String planned = plan.settings(topic.name()).get(TopicPlan.RETENTION_MS);
        if (planned == null || !policies(policy).contains(TopicPlan.DELETE)) {
            return;
        }
        long wanted = Long.parseLong(planned);
        long interval = plan.config().get(TrainerKeys.SNAPSHOT_INTERVAL).toMillis();
        long kept = topic.number(TopicPlan.RETENTION_MS, wanted);
        boolean isDeltas = topic.name().equals(plan.config().get(TopicKeys.MODEL_DELTAS));
        boolean isMerges = topic.name().equals(plan.config().get(TopicKeys.MODEL_MERGES));
        boolean isLog =
                isDeltas || isMerges || topic.name().equals(plan.config().get(TopicKeys.MODEL_LOG));
        String key = (isDeltas
                        ? TopicKeys.DELTAS_RETENTION
                        : isMerges ? TopicKeys.MERGES_RETENTION : TopicKeys.RETENTION)
                .name();
        if (isLog && kept >= 0 && kept < INTERVALS * interval) {
            findings.add(problem(
                    topic,
                    "must reach back over " + INTERVALS + " snapshots, online.snapshot.interval.ms=" + interval
                            + ": retention.ms=" + kept,
                    alter(topic, TopicPlan.RETENTION_MS + "=" + planned)));
        } else if (kept >= 0 && kept < wanted) {
            findings.add(warning(
                    topic,
                    "retention.ms=" + kept + " is less than " + key + "=" + planned,
                    alter(topic, TopicPlan.RETENTION_MS + "=" + planned) + ", or set " + key));
        }
        long bytes = topic.number("retention.bytes", -1);
        if (isLog && bytes >= 0) {
            findings.add(warning(
                    topic,
                    "is cut at retention.bytes=" + bytes + ", which may not reach back to the newest snapshot",
                    alter(topic, "retention.bytes=-1")));
        }
    }

    private void messageBytes(TopicFacts topic, List<Finding> findings) {
        String planned = plan.settings(topic.name()).get(TopicPlan.MAX_MESSAGE_BYTES);
        if (planned == null) {
            return;
        }
        int deltaBytes = plan.config().get(TrainerKeys.DELTA_PART_BYTES);
        long taken = topic.number(TopicPlan.MAX_MESSAGE_BYTES, Long.parseLong(planned));
        String remedy = alter(topic, TopicPlan.MAX_MESSAGE_BYTES + "=" + planned);
        if (taken <= deltaBytes) {
            findings.add(problem(
                    topic,
                    "must accept records of online.delta.part.bytes=" + deltaBytes + ": max.message.bytes=" + taken,
                    remedy));
        } else if (taken < Long.parseLong(planned)) {
            findings.add(warning(
                    topic,
                    "max.message.bytes=" + taken + " may be too little for the dense parameters of a large model",
                    remedy));
        }
    }

    private String alter(TopicFacts topic, String setting) {
        return command(
                "kafka-configs.sh",
                "--alter --entity-type topics --entity-name " + topic.name() + " --add-config " + setting);
    }

    private String command(String program, String arguments) {
        return program + " --bootstrap-server " + plan.config().kafka().bootstrapServers() + " " + arguments;
    }

    private static String copies(int count) {
        return count + (count == 1 ? " copy" : " copies");
    }

    private static Finding problem(TopicFacts topic, String message, String remedy) {
        return Finding.problem(TopicCheck.name(topic.name()), message, remedy);
    }

    private static Finding warning(TopicFacts topic, String message, String remedy) {
        return Finding.warning(TopicCheck.name(topic.name()), message, remedy);
    }
}
