package io.freshet.app.cli.run;

import io.freshet.app.check.Finding;
import io.freshet.app.check.TopicsCheck;
import java.util.List;
import picocli.CommandLine.Command;

/** {@code freshet topics create}. */
@Command(
        name = "create",
        description = {
            "Creates missing topics with topics.partitions, topics.replication.factor, topics.retention.ms and the"
                    + " cleanup policy that each needs, prints them, and then checks all topics as freshet topics"
                    + " check does. Existing topics stay as they are.",
            ""
        })
final class TopicsCreateCommand extends TopicsFindings {
    @Override
    List<Finding> of(TopicsCheck topics) throws InterruptedException {
        return topics.create();
    }
}
