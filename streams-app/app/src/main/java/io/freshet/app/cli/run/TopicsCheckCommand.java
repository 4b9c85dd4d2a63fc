package io.freshet.app.cli.run;

import io.freshet.app.check.Finding;
import io.freshet.app.check.TopicsCheck;
import java.util.List;
import picocli.CommandLine.Command;

/** {@code freshet topics check}. */
@Command(
        name = "check",
        description = {
            "Compares every topic with its expected configuration: existence and leaders; numbers of partitions that"
                    + " must agree; cleanup, retention and length of records; copies against brokers, and how many"
                    + " copies must be in sync. Prints each difference with its remedy, and changes nothing.",
            ""
        })
final class TopicsCheckCommand extends TopicsFindings {
    @Override
    List<Finding> of(TopicsCheck topics) throws InterruptedException {
        return topics.look();
    }
}
