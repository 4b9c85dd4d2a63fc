package io.freshet.app.faults;

import io.freshet.store.snapshot.Manifest;
import io.freshet.testkit.topic.CommittedLog;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.TopicPartition;

/** Deletes everything that a snapshot covers from sequences and journal while neither role runs; then both start. */
final class ExpiredLogs implements Fault {
    private static final int ALL = -1;

    @Override
    public Map<String, String> settings() {
        // The replay begins with the snapshot that covers the deleted records.
        return Map.of("online.snapshots.kept", "1000");
    }

    @Override
    public String strike(FaultRun run) throws Exception {
        RoleProcess streams = run.role("streams");
        RoleProcess trainer = run.role("trainer");
        streams.end();
        run.awaitLearnedAll();
        trainer.end();
        CommittedLog log = CommittedLog.read(run.cluster().addresses());
        Manifest newest = ModelDigests.newest(run.models(), FaultRun.MODEL);
        run.expire(log, newest);
        int deleted = deleteAll(run);
        trainer.startAgain();
        streams.startAgain();
        return "all of " + deleted + " partitions of sequences and model-log deleted behind step " + newest.step();
    }

    private static int deleteAll(FaultRun run) throws Exception {
        try (Admin admin = run.cluster().admin()) {
            Map<TopicPartition, RecordsToDelete> delete = new HashMap<>();
            admin.describeTopics(List.of("sequences", "model-log"))
                    .allTopicNames()
                    .get()
                    .forEach((name, topic) -> topic.partitions()
                            .forEach(partition -> delete.put(
                                    new TopicPartition(name, partition.partition()),
                                    RecordsToDelete.beforeOffset(ALL))));
            admin.deleteRecords(delete).all().get();
            return delete.size();
        }
    }
}
