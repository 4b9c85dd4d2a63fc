package io.freshet.cli;

import io.freshet.check.Finding;
import io.freshet.check.TopicsCheck;
import java.util.List;
import picocli.CommandLine.Command;

/** {@code freshet topics create}. */
@Command(
        name = "create",
        description = {
            "Makes those topics that are missing, with topics.partitions, topics.replication.factor, topics.retention.ms and"
                    + " the cleanup that each needs, says what it made, and then looks at all of them as check does."
                    + " Topics that are there are left as they are.",
            ""
        })
final class TopicsCreateCommand extends TopicsFindings {
    TopicsCreateCommand() {}

    @Override
    List<Finding> of(TopicsCheck topics) throws InterruptedException {
        return topics.create();
    }
}
